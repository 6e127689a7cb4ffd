package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.completion.Completions;
import dev.offload.coroutines.internal.threads.SideThreads;
import dev.offload.coroutines.internal.time.OffloadTimer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a job: first it is settled, then everyone is notified.
 *
 * <p><b>Settled</b> is what others may rely on as soon as they know of the end. Nothing here runs
 * foreign code, blocks or fails, except for the last step, which calls the id of a task once more:
 *
 * <ol>
 *   <li>a failure is noted with the scope; a fail-fast scope accepts nothing more from here on, so
 *       that none of its queued jobs begins with the permits released next;
 *   <li>the permits are released, which finds the jobs that may now start;
 *   <li>the job is counted out of the statistics and of the gate of its scope;
 *   <li>its entry leaves the registry, by identity, and leaves the successor that waited for it;
 *   <li>if it was the last job of a scope that is ending, that scope is over: its counts are added
 *       to its parent's;
 *   <li>a recorder records the outcome of its task.
 * </ol>
 *
 * <p><b>Notified</b> means everyone, those first that lose most by waiting. Foreign code that may
 * take long is handed to the {@link SideThreads}, or comes last; whatever one notification throws,
 * the next is delivered:
 *
 * <ol>
 *   <li>all who ask from this moment on, by one step that closes the stack of waiters and so
 *       publishes the outcome: a party that is notified next may continue on this thread, and ask;
 *   <li>the watchers of a recorder's tasks, each by its own buffer;
 *   <li>the waiting callers, one after the other;
 *   <li>callers that wait for room in a queue;
 *   <li>the listener, by a serial queue (under virtual time: last of all, on this thread);
 *   <li>the siblings in a fail-fast scope, which are cancelled;
 *   <li>the end of the scope, if the callers of its other jobs are notified as well: its leases are
 *       dropped, its waiters are notified, and so on up the tree;
 *   <li>the timers are cancelled;
 *   <li>the jobs that may start are handed to their executors; an executor that runs bodies on the
 *       calling thread runs them here, when nobody waits for this thread any more ({@link
 *       Aftermath}).
 * </ol>
 *
 * <p>A reader that sees a job between its decision and its publication waits for the latter ({@link
 * JobCell#awaitTold}). The wait is short, since only the settling lies between.
 *
 * <p>On the cancel of a running body everyone is notified at once, and it is settled as far as
 * possible: the entry, the permits and the place in the scope belong to the body until it ends,
 * which runs this again.
 */
final class JobEnd {
  private JobEnd() {}

  /**
   * Runs once, on the thread that moved the job into its last state.
   *
   * @param discarded what a cancelled body threw, for the log
   * @param by the lease whose drop ended the job; its result is available once the end is settled
   */
  static void of(JobCell<?> job, @Nullable Throwable discarded, @Nullable Lease<?> by) {
    Aftermath after = Aftermath.enter();
    try {
      ScopeCore scope = job.scope();
      AdmissionStep letGo = null;
      boolean closes = scope.noteFailure(job);
      boolean last;
      OffloadTimer.Task waitOfSuccessor = null;
      JobCell<?> before = after.settle(job);
      try {
        letGo = Admission.ended(job);
        last = job.countOut();
        job.forgetNumber();
        JobCell<?> successor = scope.remove(job);
        if (successor != null && successor.endWaiting()) {
          waitOfSuccessor = JobGuard.take(successor);
          letGo = successor.admit(letGo);
        }
        if (last) {
          scope.settleEnd();
        }
        job.tellRecorder();
      } catch (Throwable e) { // from the JVM: out of memory, stack overflow
        AdmissionStep found = letGo;
        scope.engine().rescue(() -> again(job, discarded, by, found));
        throw e;
      } finally {
        JobCell<?> unused = after.settle(before);
      }

      if (by != null) {
        by.settled();
      }
      Completion callers = job.shut();
      job.letBodyGo();
      if (by != null) {
        by.tellDropped();
      }
      Completions.fireAll(callers);
      if (letGo != null) {
        letGo.tell();
      }
      if (job.hasNews(discarded)) {
        after.post(scope.engine(), () -> job.tellListener(discarded));
      }
      if (closes) {
        scope.cancelMembers();
      }
      scope.tellEndIfDue();
      job.disarm();
      if (waitOfSuccessor != null) {
        OffloadTimer.cancel(waitOfSuccessor);
      }
      if (letGo != null) {
        after.start(letGo.started);
      }
    } finally {
      after.exit(job);
    }
  }

  /** Resumes an end that could not be settled; steps that were completed are not repeated. */
  private static void again(
      JobCell<?> job,
      @Nullable Throwable discarded,
      @Nullable Lease<?> by,
      @Nullable AdmissionStep found) {
    of(job, discarded, by);
    if (found != null) {
      found.run();
    }
  }

  /** A cancel, a limit or the last lease has decided the outcome of a running body. */
  static void cancelled(JobCell<?> job, @Nullable Lease<?> by) {
    Aftermath after = Aftermath.enter();
    try {
      ScopeCore scope = job.scope();
      boolean closes = scope.noteFailure(job);
      job.tellRecorder();
      if (by != null) {
        by.settled();
      }
      job.tellWatchers();
      if (by != null) {
        by.tellDropped();
      }
      job.fireDecided();
      if (closes) {
        scope.cancelMembers();
      }
      JobGuard.guardDying(job);
      JobCell<?> successor = job.successor();
      if (successor != null) {
        JobGuard.guardWait(successor);
      }
      job.stopBody();
    } finally {
      after.exit();
    }
  }
}
