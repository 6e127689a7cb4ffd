package dev.offload;

/**
 * One caller's lease on a job. Each caller of a shared job has its own handle, and using one does
 * not affect the others.
 *
 * <p>Implementations are thread-safe.
 *
 * @since 0.1
 */
public interface OffloadHandle {

  /**
   * Returns the key of the job.
   *
   * @return the key the job was submitted under
   */
  OffloadKey<?> key();

  /**
   * Returns the number of the job, the same as {@link JobSnapshot#number()}, for logs and admin
   * pages.
   *
   * @return a number that is unique within the manager
   */
  long jobNumber();

  /**
   * Returns the current state of the job. This is the state of the job, not of this lease: it keeps
   * changing after {@link #cancel()} if others hold the job, too.
   *
   * @return the state
   */
  JobState jobState();

  /**
   * Returns whether this handle joined a job that another caller had started, instead of starting
   * one.
   *
   * @return true if the body given with this submission was not used
   */
  boolean joined();

  /**
   * Gives up this lease. If the outcome is not decided yet, this handle is cancelled, whatever the
   * job does; otherwise nothing changes. The job itself is cancelled only if this was its last
   * lease (and, for a shared job, its {@link AbandonPolicy} is {@link AbandonPolicy#cancel()}).
   * Does not wait and never throws.
   *
   * @return true if this call gave up the lease; false if it had been given up already or the
   *     outcome was decided first
   */
  boolean cancel();
}
