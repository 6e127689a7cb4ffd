package dev.offload.coroutines.internal.job;

import dev.offload.JobSnapshot;
import dev.offload.KeyStuckException;
import dev.offload.coroutines.internal.report.SafeListener;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Guards against bodies that do not end when asked to: such a job is reported, and a successor
 * waits for it no longer than its limit.
 *
 * <p>A job needs one timer for both, as it is WAITING before it can be CANCELLING. The thread that
 * writes the timer checks the state again: either that check sees that the wait or the body is
 * over, or the thread that ended it sees the timer.
 */
final class JobGuard {
  private static final VarHandle GUARD;

  static {
    try {
      GUARD = MethodHandles.lookup().findVarHandle(JobCell.class, "guard", OffloadTimer.Task.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private JobGuard() {}

  /** The body was asked to end: reports it if it does not. */
  static void guardDying(JobCell<?> job) {
    Duration limit = job.scope().engine().config.undyingReportAfter();
    OffloadTimer.Task task = job.schedule(limit, () -> reportUndying(job, limit));
    job.guard = task;
    if (job.hasEnded()) {
      OffloadTimer.cancel(task);
    }
  }

  private static void reportUndying(JobCell<?> job, Duration limit) {
    if (job.isDying()) {
      SafeListener listener = job.scope().engine().listener;
      JobSnapshot undying = job.snapshot();
      listener.post(() -> listener.undying(undying, limit));
    }
  }

  /**
   * Limits how long a job waits for bodies that were asked to end; for others it waits as long as
   * they take. To be called once the job is visible, and when a predecessor is cancelled.
   */
  static void guardWait(JobCell<?> job) {
    if (!job.isWaiting() || job.guard != null || !waitsForDying(job)) {
      return;
    }
    Duration limit = job.scope().engine().config.successorWait();
    OffloadTimer.Task task = job.schedule(limit, () -> giveUpWaiting(job, limit));
    // It may have been started since, and even cancelled: then the timer set by guardDying is
    // there.
    if (!GUARD.compareAndSet(job, null, task) || !job.isWaiting()) {
      OffloadTimer.cancel(task);
    }
  }

  private static boolean waitsForDying(JobCell<?> job) {
    for (JobCell<?> predecessor = job.older; predecessor != null; predecessor = predecessor.older) {
      if (predecessor.isDying()) {
        return true;
      }
    }
    return false;
  }

  private static void giveUpWaiting(JobCell<?> job, Duration limit) {
    if (waitsForDying(job)) {
      job.failUnstarted(JobWord.WAITING, () -> new KeyStuckException(job.label(), limit));
    } else { // those asked to end have ended; the others were not asked, or only now
      job.guard = null;
      guardWait(job);
    }
  }

  /** Takes the timer of a wait that is over. */
  static OffloadTimer.@Nullable Task take(JobCell<?> job) {
    return (OffloadTimer.@Nullable Task) GUARD.getAndSet(job, null);
  }

  /** Called when the job has ended. */
  static void disarm(JobCell<?> job) {
    OffloadTimer.Task task = job.guard;
    if (task != null) {
      OffloadTimer.cancel(task);
    }
  }
}
