package dev.offload.coroutines.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task or of its revoke, as the recorder's table sees it: open, or decided by its job.
 *
 * <p>The job's own word decides. A cancelled job's callers may know of its end before anybody had
 * time to write it down, and must not read an older state then; so who reads an attempt that looks
 * open asks its job.
 *
 * <pre>
 *  verdict            reads as                                        next
 *  -----------------  ----------------------------------------------  -----------------------
 *  null               open: its job is about to be made, or refused   the job, what it became
 *  a job, undecided   open                                            what it became
 *  a job, decided     the job's outcome, until it is written down     what it became
 *  SUCCESS            succeeded; the job is let go                    (none)
 *  a Throwable        failed with it; the job is let go               (none)
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

  final I id;

  @SuppressWarnings("FieldMayBeFinal") // written through VERDICT
  private volatile @Nullable Object verdict;

  Attempt(I id) {
    this.id = id;
  }

  /** Names the job that decides. Before anyone can see the end of that job. */
  final void decidedBy(JobCell<?> decider) {
    VERDICT.compareAndSet(this, null, decider);
  }

  /** Null while open, else {@link #SUCCESS} or the {@link Throwable} it failed with. */
  final @Nullable Object verdict() {
    Object now = verdict;
    return now instanceof JobCell<?> decider ? verdictOf(decider) : now;
  }

  private static @Nullable Object verdictOf(JobCell<?> decider) {
    if (!decider.isDecided()) {
      return null;
    }
    Throwable failure = decider.failure();
    return failure == null ? SUCCESS : failure;
  }

  /** Whether what it became was written down. */
  final boolean isWritten() {
    return isWritten(verdict);
  }

  private static boolean isWritten(@Nullable Object verdict) {
    return verdict != null && !(verdict instanceof JobCell);
  }

  /** Writes down what it became, once; true if this call did. */
  final boolean write(Object decided) {
    for (; ; ) {
      Object now = verdict;
      if (isWritten(now)) {
        return false;
      }
      if (VERDICT.compareAndSet(this, now, decided)) {
        return true;
      }
    }
  }
}
