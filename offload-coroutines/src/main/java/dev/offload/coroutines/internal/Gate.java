package dev.offload.coroutines.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Orders the end of a scope against submissions to it: the number of active jobs and the stage of
 * the scope share one word, so a submission is counted, and then seen by the end, or it is refused.
 *
 * <pre>
 *  stage      takes jobs   next
 *  ---------  -----------  -----------------------------------------------
 *  OPEN       yes          DRAINING, CANCELLED
 *  DRAINING   no           CANCELLED
 *  CANCELLED  no           (a job that got in before cancels itself)
 * </pre>
 *
 * <p>The scope has terminated when the stage is not OPEN and no job is active. Whoever makes that
 * true, the last job or the closer, fires those who wait here.
 */
final class Gate extends Waiters {
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Gate.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static final int OPEN = 0;
  static final int DRAINING = 1;
  static final int CANCELLED = 2;

  private static final int STAGE_MASK = 3;
  private static final long ONE_JOB = 4;

  // Bits 0 and 1 the stage, the rest the number of active jobs.
  @SuppressWarnings("FieldMayBeFinal") // written through WORD
  private volatile long word = OPEN;

  /** Counts a job in; false if the scope takes none. */
  boolean enter() {
    for (; ; ) {
      long w = word;
      if (stageOf(w) != OPEN) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w + ONE_JOB)) {
        return true;
      }
    }
  }

  /** Counts a job out; true if this was the last one of a scope that takes no more. */
  boolean leave() {
    long before = (long) WORD.getAndAdd(this, -ONE_JOB);
    return stageOf(before) != OPEN && before < 2 * ONE_JOB;
  }

  /** Moves on to a stage, unless it is there or further already. True if no job is active. */
  boolean advance(int stage) {
    for (; ; ) {
      long w = word;
      long next = w - stageOf(w) + Math.max(stageOf(w), stage);
      if (WORD.compareAndSet(this, w, next)) {
        return next < ONE_JOB;
      }
    }
  }

  /** Whether the scope takes jobs. */
  boolean isOpen() {
    return stageOf(word) == OPEN;
  }

  /** Whether the jobs of the scope are to be cancelled. */
  boolean isCancelled() {
    return stageOf(word) == CANCELLED;
  }

  long active() {
    return word / ONE_JOB;
  }

  private static int stageOf(long w) {
    return (int) w & STAGE_MASK;
  }
}
