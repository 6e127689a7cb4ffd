package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.report.SafeListener;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Failed jobs of a scope whose outcome was not requested yet. They are reported at its end; a
 * manager, which may never end, allows each of them some time. If there are too many, the oldest
 * are reported earlier.
 *
 * <p>A job is in here from before its callers are notified until its outcome is requested or it is
 * reported: when its time is over, at the end, or when there is one too many, whichever comes
 * first. It is removed in one step under the lock, so it is reported once. User code is called
 * outside the lock.
 */
final class UnseenFailures {
  /** The maximum for a scope: each retains a job and its exception. */
  private static final int MOST = 1_000;

  /** The maximum for a manager, as it may have many callers, which are given time. */
  private static final int MOST_OF_MANAGER = 10_000;

  private static final OffloadTimer.Task NO_TIMER = () -> {};

  private final int most;

  /**
   * The failed jobs with the timers that limit them, in order of their end. Null while there was
   * none, the usual case.
   */
  private @Nullable Map<JobCell<?>, OffloadTimer.Task> failed;

  UnseenFailures(boolean ofManager) {
    most = ofManager ? MOST_OF_MANAGER : MOST;
  }

  synchronized void add(JobCell<?> job) {
    if (failed == null) {
      failed = new LinkedHashMap<>();
    }
    failed.put(job, NO_TIMER);
  }

  /**
   * Starts the time of a job that was added, on a clock that may be the user's. Separate from
   * {@link #add}, which is called where no foreign code may run.
   */
  void limitTime(JobCell<?> job, Duration time) {
    SafeListener listener = job.scope().engine().listener;
    OffloadTimer.Task task = job.schedule(time, () -> listener.post(() -> reportWhenDue(job)));
    if (!setTimer(job, task)) {
      OffloadTimer.cancel(task);
    }
  }

  /** The outcome was requested: nothing to report or keep. */
  void isSeen(JobCell<?> job) {
    OffloadTimer.Task timer = takeOut(job);
    if (timer != null) {
      OffloadTimer.cancel(timer);
    }
  }

  private void reportWhenDue(JobCell<?> job) {
    if (takeOut(job) != null) {
      report(job);
    }
  }

  private synchronized boolean setTimer(JobCell<?> job, OffloadTimer.Task task) {
    return failed != null && failed.replace(job, task) != null;
  }

  private synchronized OffloadTimer.@Nullable Task takeOut(JobCell<?> job) {
    return failed == null ? null : failed.remove(job);
  }

  /**
   * Reports the oldest if there are too many. Separate from {@link #add}, since it calls user code.
   */
  void reportTooMany() {
    JobCell<?> oldest = oldestOfTooMany();
    OffloadTimer.Task timer = oldest == null ? null : takeOut(oldest);
    if (oldest != null && timer != null) {
      reportTaken(oldest, timer);
    }
  }

  private synchronized @Nullable JobCell<?> oldestOfTooMany() {
    return failed == null || failed.size() <= most ? null : failed.keySet().iterator().next();
  }

  /** Reports all whose outcome was not requested meanwhile. Calls user code. */
  void reportAll() {
    takeAll().forEach(UnseenFailures::reportTaken);
  }

  synchronized boolean isEmpty() {
    return failed == null;
  }

  private synchronized Map<JobCell<?>, OffloadTimer.Task> takeAll() {
    Map<JobCell<?>, OffloadTimer.Task> taken = failed == null ? Map.of() : failed;
    failed = null;
    return taken;
  }

  private static void reportTaken(JobCell<?> job, OffloadTimer.Task timer) {
    OffloadTimer.cancel(timer);
    report(job);
  }

  private static void report(JobCell<?> job) {
    if (job.hasFailedUnobserved()) {
      Throwable failure = Objects.requireNonNull(job.failure());
      job.scope().engine().listener.unobservedFailure(job.snapshot(), failure);
    }
  }
}
