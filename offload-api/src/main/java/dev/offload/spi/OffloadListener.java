package dev.offload.spi;

import dev.offload.JobSnapshot;
import dev.offload.OffloadConfig;
import dev.offload.RejectReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told what happens to the jobs of a manager. Every method does nothing unless overridden.
 *
 * <p>Calls come one at a time, in the order of the events, on a thread of the manager's own,
 * outside all locks of the library; the snapshots are those of the events. Nobody waits for a
 * listener: one that blocks holds up its own next calls alone, and what it was not told yet is kept
 * meanwhile. A shutdown waits until it was told everything, but not longer than a second. What a
 * method throws is logged and changes nothing else. Events of one job that have different causes
 * may overtake each other: a job can be cancelled before {@link #onAccepted} was posted for it.
 *
 * <p>Where time is virtual, under a test dispatcher, calls are made in place, on the thread of the
 * event, when all others have been told.
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
   * A job failed and nobody waited for its outcome: of a job of the manager, within {@link
   * OffloadConfig#unobservedReportAfter()}; of a scope's own, until the scope ended. Of more than
   * ten thousand failures that wait to be asked for (a thousand in a scope) the oldest are told
   * before. Comes for each such job, also where the log, which has ten warnings of one sort and
   * kind in a minute, leaves it out.
   *
   * @param job the job
   * @param failure what it failed with
   */
  default void onUnobservedFailure(JobSnapshot job, Throwable failure) {}

  /**
   * A job has ended.
   *
   * @param job the job, in its last state
   * @param failure null if it succeeded. If it failed, the exception that its callers are given. If
   *     it was cancelled or timed out, an exception like theirs, but made for this call, with what
   *     the body threw afterwards as suppressed exception. Callers who gave up their handles before
   *     that are told so, whatever is given here
   */
  default void onEnded(JobSnapshot job, @Nullable Throwable failure) {}
}
