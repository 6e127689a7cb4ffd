package dev.offload;

/**
 * One caller's lease on a job. Each caller of a shared job has a handle of its own: what one does
 * with it touches no other.
 *
 * <p>Implementations are safe to use from several threads.
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
   * Returns which job of its manager this is: the same as {@link JobSnapshot#number()}, for logs
   * and admin pages.
   *
   * @return a number that no other job of the manager has
   */
  long jobNumber();

  /**
   * Returns where the job stands now. This is the state of the job, not of this lease: it goes on
   * after {@link #cancel()} if others hold the job too.
   *
   * @return the state
   */
  JobState jobState();

  /**
   * Tells whether this handle joined a job that someone else had started, instead of starting one.
   *
   * @return true if the body given with this submission was not used
   */
  boolean joined();

  /**
   * Gives up this lease. Before the outcome is decided, this handle then answers that it was
   * cancelled, whatever the job does; later it changes nothing. The job itself is cancelled only if
   * this was its last lease (and, for a shared job, its {@link AbandonPolicy} is {@link
   * AbandonPolicy#cancel()}). Does not wait and never throws.
   *
   * @return true if this call gave the lease up; false if it was given up before or the outcome was
   *     decided first
   */
  boolean cancel();
}
