package dev.offload.spi;

import dev.offload.JobSnapshot;
import dev.offload.OffloadConfig;
import dev.offload.RejectReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of a manager's jobs. Every method does nothing by default.
 *
 * <p>Calls come one at a time, in the order of the events, on a thread owned by the manager,
 * outside all locks of the library; snapshots show the job at the time of the event. Nothing waits
 * for a listener: one that blocks delays only its own next calls, whose events are queued in the
 * meantime. Only a shutdown waits, for at most a second, until all events have been delivered. An
 * exception thrown by a method is logged and has no other effect. Events of one job with different
 * causes may overtake each other: a job can be cancelled before {@link #onAccepted} was posted for
 * it.
 *
 * <p>With virtual time, under a test dispatcher, a call is made on the thread of the event, after
 * everyone else has been notified.
 *
 * <p>The labels in snapshots contain ids only if {@link OffloadConfig#showIds()} is set.
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
   * A submission joined a job in flight.
   *
   * @param job the job that was joined
   */
  default void onJoined(JobSnapshot job) {}

  /**
   * A submission was refused.
   *
   * @param kindName the name of its kind
   * @param reason why it was refused
   */
  default void onRejected(String kindName, RejectReason reason) {}

  /**
   * A body is about to start.
   *
   * @param job the job
   */
  default void onStarted(JobSnapshot job) {}

  /**
   * A body has run longer than its {@link dev.offload.TimeoutPolicy#warnAfter()}. Called at that
   * moment, while it is still running, and once more when it ends.
   *
   * @param job the job; its state shows whether it is still running
   * @param elapsed how long the body has run so far, or in total
   */
  default void onSlow(JobSnapshot job, Duration elapsed) {}

  /**
   * The body of a cancelled job has not ended within {@link OffloadConfig#undyingReportAfter()}. It
   * keeps its key: a successor waits for it.
   *
   * @param job the job
   */
  default void onUndying(JobSnapshot job) {}

  /**
   * A job failed and nobody asked for its outcome: for a job of the manager, within {@link
   * OffloadConfig#unobservedReportAfter()}; for a scope's own job, before the scope ended. If more
   * than ten thousand unobserved failures are pending (a thousand in a scope), the oldest are
   * reported earlier. Called for each such job, even where the log, which is limited to ten
   * warnings per type and kind each minute, omits it.
   *
   * @param job the job
   * @param failure the exception it failed with
   */
  default void onUnobservedFailure(JobSnapshot job, Throwable failure) {}

  /**
   * A job has ended.
   *
   * @param job the job, in its last state
   * @param failure null if it succeeded. If it failed, the exception its callers get. If it was
   *     cancelled or timed out, an exception like theirs, created for this call, with what the body
   *     threw afterwards as a suppressed exception. Callers that gave up their handles before that
   *     see a cancellation, whatever is given here
   */
  default void onEnded(JobSnapshot job, @Nullable Throwable failure) {}
}
