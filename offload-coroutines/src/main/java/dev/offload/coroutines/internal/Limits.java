package dev.offload.coroutines.internal;

import dev.offload.CancelReason;
import dev.offload.JobSnapshot;
import dev.offload.TimeoutPolicy;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of one job: armed on the body's thread before the body runs, disarmed after it
 * has ended, so neither needs a lock. A timer that fires late meets a job that is decided, and does
 * nothing.
 */
final class Limits {
  private final TimeoutPolicy policy;
  private long startedNanos;
  private volatile boolean warned;
  private OffloadTimer.@Nullable Task warning;
  private OffloadTimer.@Nullable Task cancel;

  private Limits(TimeoutPolicy policy) {
    this.policy = policy;
  }

  /** The limits of a policy, or null if it has none. */
  static @Nullable Limits of(TimeoutPolicy policy) {
    return policy.warnAfter() == null && policy.cancelAfter() == null ? null : new Limits(policy);
  }

  void arm(JobCell<?> job) {
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
    if (warning != null) {
      OffloadTimer.cancel(warning);
    }
    if (cancel != null) {
      OffloadTimer.cancel(cancel);
    }
  }

  private void warn(JobCell<?> job) {
    warned = true; // before the look: the end, if it comes now, sees it and tells the total
    if (!job.hasEnded()) {
      Engine engine = job.scope().engine();
      JobSnapshot slow = job.snapshot();
      Duration elapsed = engine.since(startedNanos);
      engine.listener.post(() -> engine.listener.slow(slow, elapsed));
    }
  }

  /** Reports the total of a job that was reported as slow before. */
  void tellTotal(JobCell<?> job) {
    if (warned) {
      Engine engine = job.scope().engine();
      engine.listener.slow(job.snapshot(), engine.since(startedNanos));
    }
  }

  Duration cancelAfter() {
    return Objects.requireNonNull(policy.cancelAfter());
  }
}
