package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.completion.Completions;
import dev.offload.coroutines.internal.threads.SideThreads;
import dev.offload.coroutines.internal.time.OffloadTimer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a job: first it is settled, then it is told.
 *
 * <p><b>Settled</b> is what others may rely on as soon as they know of the end. Nothing here runs
 * foreign code, waits or fails, but for the last step, which asks the id of a task once more:
 *
 * <ol>
 *   <li>a failure is noted with the scope; one that fails fast takes nothing more from here on, so
 *       that no queued job of it begins with the permits that go back next;
 *   <li>the permits go back, and find the jobs they let go;
 *   <li>the job is counted out, of the accounts and of the gate of its scope;
 *   <li>its entry leaves the registry, by identity, and leaves the successor that waited for it;
 *   <li>if it was the last job of a scope that is ending, that scope is over: its counts go to its
 *       parent;
 *   <li>a recorder writes down what became of its task.
 * </ol>
 *
 * <p><b>Told</b> is everybody, in the order of what they may lose by waiting. What is foreign and
 * may take long is handed to the {@link SideThreads}, or comes last; whatever one piece of news
 * throws, the next is told:
 *
 * <ol>
 *   <li>all those who ask from this moment on, by one step that closes the stack of waiters:
 *       whoever is told next may go on in this thread, and ask;
 *   <li>who watches the tasks of a recorder, by a buffer of his own;
 *   <li>the callers that wait, one after the other;
 *   <li>callers that wait for room in a queue;
 *   <li>the listener, by a mailbox (where time is virtual: last of all, in place);
 *   <li>the siblings in a scope that fails fast are cancelled;
 *   <li>the end of the scope, if its other jobs are told as well: its leases are discarded, those
 *       who wait for it are told, and so on up the tree;
 *   <li>the timers are taken back;
 *   <li>the jobs let go are handed to their executors; one that runs bodies in place runs them
 *       here, when nobody waits for this thread any more ({@link Aftermath}).
 * </ol>
 *
 * <p>Who looks at a job between its decision and the moment it is told waits for that moment
 * ({@link JobCell#awaitTold}). It is near, since only the settling lies between.
 *
 * <p>A cancel of a running body is told at once, and then settled as far as it goes: the entry, the
 * permits and the place in the scope are the body's until it ends, which comes here again.
 */
final class JobEnd {
  private JobEnd() {}

  /**
   * Runs once, on the thread that moved the job into its last state.
   *
   * @param discarded what a cancelled body threw, for the log
   * @param by the lease whose drop was the end; it answers when the end is settled
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
      } catch (Throwable e) { // of the JVM: no memory, no stack
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

  /** Goes on with an end that could not be settled; each step that was made is made no more. */
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

  /** A cancel, a limit or the last lease has decided over a running body. */
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
