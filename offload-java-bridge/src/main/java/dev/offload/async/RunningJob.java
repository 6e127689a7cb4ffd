package dev.offload.async;

import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.CurrentJob;
import dev.offload.coroutines.internal.JobCell;
import java.util.Optional;

/**
 * What a body can learn about itself, see {@link #current()}.
 *
 * <p>Safe to use from any thread.
 *
 * @since 0.1
 */
public final class RunningJob {
  private final JobCell<?> job;

  private RunningJob(JobCell<?> job) {
    this.job = job;
  }

  /**
   * Tells in which job the calling code runs: on the thread of a body that blocks, or of a supplier
   * of a stage while that starts it, also in methods they call. A thread that a body hands work to,
   * a stage that the work ends with and what depends on that stage are in no job.
   *
   * @return the job; empty if the caller is in none
   */
  public static Optional<RunningJob> current() {
    JobCell<?> job = CurrentJob.get();
    return job == null ? Optional.empty() : Optional.of(new RunningJob(job));
  }

  /**
   * Returns the key the job was submitted under.
   *
   * @return the key
   */
  public OffloadKey<?> key() {
    return job.key();
  }

  /**
   * Returns the scope that owns the job: the manager, for work that is shared or spawned. What is
   * submitted to it outlives the body; to have work end with the body, open a scope there.
   *
   * @return the scope
   */
  public AsyncOffloadScope scope() {
    Object face = job.scope().asyncFace();
    return face != null ? (AsyncOffloadScope) face : KotlinInterop.asyncFaceOf(job.scope());
  }

  /** Names the kind and the scope, and not the id. */
  @Override
  public String toString() {
    return key() + " in " + job.scope().name();
  }
}
