package dev.offload.spi;

import dev.offload.JobSnapshot;
import dev.offload.OffloadConfig;
import dev.offload.RejectReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told what happens to the jobs of a manager. Every method does nothing unless overridden.
 *
 * <p>Calls come from whatever thread caused the event (a submitter, a body's thread, a canceller, a
 * timer), several at once, and outside all locks of the library. The events of an end come after
 * the callers have their answer. Events of one job that have different causes may overlap: a job
 * can be cancelled before {@link #onAccepted} was called for it, and end while {@link #onSlow} is
 * called. Calls must return soon: one that blocks holds up the thread it runs on. What a method
 * throws is logged and changes nothing else.
 *
 * <p>The labels in snapshots hold ids only if {@link OffloadConfig#showIds()} says so.
 *
 * @since 0.1
 */
public interface OffloadListener {

  /**
   * A submission became a job. Events of one job may overtake this one if another thread cancels it
   * at once.
   *
   * @param job the job
   */
  default void onAccepted(JobSnapshot job) {}

  /**
   * A submission shared a job in flight.
   *
   * @param job the job that was joined
   */
  default void onJoined(JobSnapshot job) {}

  /**
   * A submission was refused.
   *
   * @param kindName the name of its kind
   * @param reason why
   */
  default void onRejected(String kindName, RejectReason reason) {}

  /**
   * A body is about to run.
   *
   * @param job the job
   */
  default void onStarted(JobSnapshot job) {}

  /**
   * A body has run longer than its {@link dev.offload.TimeoutPolicy#warnAfter()}. Called at that
   * moment, while it still runs, and once more when it ends.
   *
   * @param job the job; its state tells whether it still runs
   * @param elapsed how long the body has run so far, or in total
   */
  default void onSlow(JobSnapshot job, Duration elapsed) {}

  /**
   * The body of a cancelled job has not ended for {@link OffloadConfig#undyingReportAfter()}. It
   * keeps its key: a successor waits for it.
   *
   * @param job the job
   */
  default void onUndying(JobSnapshot job) {}

  /**
   * A job failed and nobody ever waited for its outcome.
   *
   * @param job the job
   * @param failure what it failed with
   */
  default void onUnobservedFailure(JobSnapshot job, Throwable failure) {}

  /**
   * A job has ended.
   *
   * @param job the job, in its last state
   * @param failure what its callers were given, with what a cancelled body threw afterwards as
   *     suppressed exception; null if it succeeded
   */
  default void onEnded(JobSnapshot job, @Nullable Throwable failure) {}
}
