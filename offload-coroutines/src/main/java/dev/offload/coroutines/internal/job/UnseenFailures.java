package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.report.SafeListener;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Failed jobs of a scope that nobody has asked for yet. They are reported at its end; a manager,
 * which may never end, gives each of them some time. Where there are too many, the oldest are
 * reported before.
 *
 * <p>A job is in here from before its callers are told until somebody asks for it or it is
 * reported: by its time, the end, or one too many, whoever comes first. Taking it out is one step
 * under the lock, so it is reported once. The user is called outside of it.
 */
final class UnseenFailures {
  /** How many are kept for a scope: each keeps a job and its exception from being collected. */
  private static final int MOST = 1_000;

  /** As many for a manager, as its callers may be many, and are given time. */
  private static final int MOST_OF_MANAGER = 10_000;

  private static final OffloadTimer.Task NO_TIMER = () -> {};

  private final int most;

  /**
   * With the timers of their time, in order of their end. Null while there was none: most often.
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
   * Begins the time of a job that was added, by a clock that may be the user's: apart from {@link
   * #add}, which is called where nothing foreign may be.
   */
  void limitTime(JobCell<?> job, Duration time) {
    SafeListener listener = job.scope().engine().listener;
    OffloadTimer.Task task = job.schedule(time, () -> listener.post(() -> reportWhenDue(job)));
    if (!setTimer(job, task)) {
      OffloadTimer.cancel(task);
    }
  }

  /** Somebody has asked for it: there is nothing to report, and nothing to keep. */
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

  /** Reports the oldest if there are too many; apart from {@link #add}, since it calls the user. */
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

  /** Reports all that nobody has asked for meanwhile; calls the user. */
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
