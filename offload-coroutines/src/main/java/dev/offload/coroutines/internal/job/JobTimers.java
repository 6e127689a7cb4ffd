package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.JobSnapshot;
import dev.offload.OffloadTimeoutException;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of one job. Those of the body are armed on its thread before it runs, and
 * disarmed after it has ended, so neither needs a lock. That of the start is armed by the
 * submitting thread once the job is visible, so the job may have begun or ended before: the thread
 * that arms checks again after writing the timer, and the thread that begins or ends the job checks
 * for the timer after that is visible. A timer that fires late finds a job that is decided, or has
 * begun, and does nothing.
 */
final class JobTimers {
  private final TimeoutPolicy policy;
  private long startedNanos;
  private volatile boolean warned;
  private volatile OffloadTimer.@Nullable Task start;
  private OffloadTimer.@Nullable Task warning;
  private OffloadTimer.@Nullable Task cancel;

  private JobTimers(TimeoutPolicy policy) {
    this.policy = policy;
  }

  /** The timers for a policy, or null if it has no limits. */
  static @Nullable JobTimers of(TimeoutPolicy policy) {
    return policy.equals(TimeoutPolicy.none()) ? null : new JobTimers(policy);
  }

  /** Called when the job was accepted. */
  void armStart(JobCell<?> job) {
    Duration startWithin = policy.startWithin();
    if (startWithin != null) {
      OffloadTimer.Task task = job.schedule(startWithin, job::cancelUnstarted);
      start = task;
      if (job.hasBegun()) {
        OffloadTimer.cancel(task);
      }
    }
  }

  /** Called when the body begins. */
  void arm(JobCell<?> job) {
    takeBack(start);
    startedNanos = job.scope().engine().nanoTime();
    Duration warnAfter = policy.warnAfter();
    if (warnAfter != null) {
      warning = job.schedule(warnAfter, () -> warn(job));
    }
    Duration cancelAfter = policy.cancelAfter();
    if (cancelAfter != null) {
      cancel = job.schedule(cancelAfter, () -> job.cancel(CancelReason.TIMED_OUT));
    }
  }

  void disarm() {
    takeBack(start);
    takeBack(warning);
    takeBack(cancel);
  }

  private static void takeBack(OffloadTimer.@Nullable Task task) {
    if (task != null) {
      OffloadTimer.cancel(task);
    }
  }

  private void warn(JobCell<?> job) {
    warned = true; // before the check: if the end comes now, it sees this and reports the total
    if (!job.hasEnded()) {
      Engine engine = job.scope().engine();
      JobSnapshot slow = job.snapshot();
      Duration elapsed = engine.since(startedNanos);
      engine.listener.post(() -> engine.listener.slow(slow, elapsed));
    }
  }

  /** Reports the total duration of a job that was reported as slow before. */
  void tellTotal(JobCell<?> job) {
    if (warned) {
      Engine engine = job.scope().engine();
      engine.listener.slow(job.snapshot(), engine.since(startedNanos));
    }
  }

  /** The exception for callers of a job ended by a limit. */
  OffloadTimeoutException failure(String label, boolean beforeStart) {
    return beforeStart
        ? OffloadTimeoutException.notStarted(label, Objects.requireNonNull(policy.startWithin()))
        : OffloadTimeoutException.ranTooLong(label, Objects.requireNonNull(policy.cancelAfter()));
  }
}
