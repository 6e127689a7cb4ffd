package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.JobCell;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task or of its revoke, as the recorder's table sees it: open, or decided by its job.
 *
 * <p>The job's own word decides. Its callers may know of its end before anybody had time to settle
 * it here, and must not read an older state then; so who reads an attempt that looks open asks its
 * job.
 *
 * <pre>
 *  verdict            reads as                                        next
 *  -----------------  ----------------------------------------------  -------------------------
 *  a thread           open: it is about to make the job, or refused   the job, or a Throwable
 *  a job, undecided   open                                            (the job is decided)
 *  a job, decided     the job's outcome                               (none)
 *  a Throwable        failed with it, as there is no job              (none)
 * </pre>
 */
abstract sealed class Attempt<I> permits TaskRun, RevokeRun {
  static final Object SUCCESS = "success";

  private static final VarHandle VERDICT;

  static {
    try {
      VERDICT = MethodHandles.lookup().findVarHandle(Attempt.class, "verdict", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int SPINS = 100;

  final I id;

  @SuppressWarnings("FieldMayBeFinal") // written through VERDICT
  private volatile @Nullable Object verdict;

  Attempt(I id) {
    this.id = id;
    VERDICT.set(this, Thread.currentThread()); // others see it by the map that it is put into
  }

  /** What state its task has by it. */
  abstract TaskState state();

  /**
   * The job that was made for it; null if none was. Where that is not known yet, it waits: for who
   * is about to submit the job, but not for any body. A listener or a body that comes back finds it
   * known.
   *
   * @throws IllegalStateException if that is this thread, which an id brought back here
   */
  @SuppressWarnings("ThreadPriorityCheck") // the thread waited for may need this one's processor
  final @Nullable JobCell<?> job() {
    for (int tries = 0; verdict instanceof Thread maker; tries++) {
      if (maker == Thread.currentThread()) {
        throw new IllegalStateException(
            "the id of a task came back to its recorder, which was just about to run that task:"
                + " equals, hashCode and toString must not launch or await it");
      }
      if (tries < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return verdict instanceof JobCell<?> made ? made : null;
  }

  /**
   * Names what decides, which is the job that was made for it. For the one who began the attempt,
   * and then did not have to {@link #write} that there is no job: so all others who write, write
   * the same, and there is nothing to compare.
   */
  final void decidedBy(Object decider) {
    VERDICT.setRelease(this, decider);
  }

  /**
   * Null while open, else {@link #SUCCESS} or the {@link Throwable} it failed with. Where that is
   * decided and not told yet, it waits for that moment, so not for who settles the end.
   */
  final @Nullable Object verdict() {
    if (verdict instanceof JobCell<?> decider) {
      decider.awaitTold();
    }
    return verdictNow();
  }

  /** As {@link #verdict()}, also if it is not told yet. */
  final @Nullable Object verdictNow() {
    Object now = verdict;
    if (now instanceof JobCell<?> decider) {
      return verdictOf(decider);
    }
    return now instanceof Thread ? null : now;
  }

  private static @Nullable Object verdictOf(JobCell<?> decider) {
    if (!decider.isDecided()) {
      return null;
    }
    Throwable failure = decider.failure();
    return failure == null ? SUCCESS : failure;
  }

  /** Whether it is decided, told or not, or its job is not known yet. */
  final boolean isDecidedOrUnmade() {
    return verdict instanceof Thread || verdictNow() != null;
  }

  /** Writes down the job that decided, or what it became without one, unless something is. */
  final void write(Object decided) {
    if (verdict instanceof Thread maker) {
      VERDICT.compareAndSet(this, maker, decided);
    }
  }
}
