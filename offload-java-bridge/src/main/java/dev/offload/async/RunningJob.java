package dev.offload.async;

import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.job.CurrentJob;
import dev.offload.coroutines.internal.job.JobCell;
import java.util.Optional;

/**
 * The job in which code runs; see {@link #current()}.
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
   * Returns the job in which the calling code runs: on the thread of a blocking body, or of the
   * supplier of a stage while it starts the work, including the methods they call. A thread that a
   * body hands work to, the stage of the work and what depends on that stage are in no job.
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
   * Returns the scope that owns the job: the manager, for shared or spawned work. Work submitted to
   * it outlives the body; for work that ends with the body, open a scope under it.
   *
   * @return the scope
   */
  public AsyncOffloadScope scope() {
    Object face = job.scope().asyncFace();
    return face != null ? (AsyncOffloadScope) face : KotlinInterop.asyncFaceOf(job.scope());
  }

  /** Returns the kind and the scope, without the id. */
  @Override
  public String toString() {
    return key() + " in " + job.scope().name();
  }
}
