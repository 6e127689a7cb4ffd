package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.JobCell;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task or of its revoke, as the recorder's table sees it: open, or decided by its job.
 *
 * <p>The job's own word decides. Its callers may know of its end before it is settled here, and
 * must not read an older state then; so reading an attempt that looks open queries its job.
 *
 * <pre>
 *  verdict            reads as                                        next
 *  -----------------  ----------------------------------------------  -------------------------
 *  a thread           open: it is about to make the job, or rejected  the job, or a Throwable
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
    VERDICT.set(this, Thread.currentThread()); // visible to others through the map it is put into
  }

  /** The state of the task according to this attempt. */
  abstract TaskState state();

  /**
   * The job created for this attempt; null if none was. If that is not known yet, waits: for the
   * thread that is about to submit the job, but not for any body. A listener or body that calls
   * back finds it known.
   *
   * @throws IllegalStateException if this is that thread, called back by an id
   */
  @SuppressWarnings("ThreadPriorityCheck") // the awaited thread may need this processor
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
   * Names the decider, which is the job created for this attempt. Called by the thread that began
   * the attempt, if it did not have to {@link #write} that there is no job: so all other writers
   * write the same value, and nothing needs to be compared.
   */
  final void decidedBy(Object decider) {
    VERDICT.setRelease(this, decider);
  }

  /**
   * Null while open, else {@link #SUCCESS} or the {@link Throwable} it failed with. If that is
   * decided and not published yet, waits until it is, so this is not for code that settles the end.
   */
  final @Nullable Object verdict() {
    if (verdict instanceof JobCell<?> decider) {
      decider.awaitTold();
    }
    return verdictNow();
  }

  /** Like {@link #verdict()}, even if it is not published yet. */
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

  /** Whether it is decided, published or not, or its job is not known yet. */
  final boolean isDecidedOrUnmade() {
    return verdict instanceof Thread || verdictNow() != null;
  }

  /** Records the job that decided, or the outcome without a job, unless something is recorded. */
  final void write(Object decided) {
    if (verdict instanceof Thread maker) {
      VERDICT.compareAndSet(this, maker, decided);
    }
  }
}
