package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Orders the end of a scope against submissions to it. The members of the scope, its active jobs
 * and open child scopes, are counted in the word that holds its stage, so a member is either
 * counted, and then seen by the end, or rejected.
 *
 * <pre>
 *  stage       accepts members                                  next
 *  ----------  -----------------------------------------------  --------------------------------
 *  OPEN        yes                                              COMPLETING, DRAINING, CANCELLED
 *  COMPLETING  while it has any, from anyone                    DRAINING, CANCELLED
 *  DRAINING    while it has any, from members                   CANCELLED
 *  CANCELLED   no (a member that entered before ends itself)
 * </pre>
 *
 * <p>The scope has terminated when its stage is not OPEN and it has no members: from then on it
 * accepts none, so this is stable. Exactly one step makes it true, either the last member's leave
 * or the first advance, and the result of that call says so.
 *
 * <p>No one must be notified of the end at that step: a job that is counted out may have callers
 * that are not notified yet. So a caller {@linkplain #hold holds} the end before it makes a step,
 * until all notifications of the step are made; of the callers that then release it, exactly one
 * has to notify of the end of the scope.
 */
final class Gate extends Completions {
  private static final VarHandle WORD;
  private static final VarHandle HOLDS;
  private static final VarHandle OVER;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Gate.class, "word", long.class);
      HOLDS = MethodHandles.lookup().findVarHandle(Gate.class, "holds", int.class);
      OVER = MethodHandles.lookup().findVarHandle(Gate.class, "over", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static final int OPEN = 0;
  static final int COMPLETING = 1;
  static final int DRAINING = 2;
  static final int CANCELLED = 3;

  /** A member that is a job. */
  static final long JOB = 1L << 32;

  /** A member that is a scope. */
  static final long SCOPE = 1L << 2;

  private static final int STAGE_MASK = 3;

  /** The result of {@link #advance}. */
  enum Step {
    /** The scope was at that stage or a later one already. */
    NONE,
    MOVED,
    /** The stage changed and there were no members, so the scope has terminated with this step. */
    TERMINATED
  }

  // Bits 0 and 1 the stage, 2 to 31 the number of scopes, 32 to 63 the number of jobs.
  @SuppressWarnings("FieldMayBeFinal") // written through WORD
  private volatile long word = OPEN;

  /** The number of callers that are making a step or completing what follows it. */
  @SuppressWarnings("FieldMayBeFinal") // written through HOLDS
  private volatile int holds;

  /** Whether some caller has to notify of the end, or has done so. */
  @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // accessed through OVER alone
  private volatile boolean over;

  /** Counts a member in; false if the scope does not accept it. */
  boolean enter(long member, boolean fromMember) {
    for (; ; ) {
      long w = word;
      if (!takes(w, fromMember)) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w + member)) {
        return true;
      }
    }
  }

  /** Delays the notification of the end. Called before each {@link #leave} and {@link #advance}. */
  void hold() {
    HOLDS.getAndAdd(this, 1);
  }

  /**
   * Called when the step is settled and all its notifications are made. Returns true, once, if the
   * scope has terminated and nobody holds its end any more: then the caller has to notify of the
   * end.
   */
  boolean release() {
    // The caller that terminates the scope holds it meanwhile, so one that sees the termination and
    // then no holds is the last.
    return (int) HOLDS.getAndAdd(this, -1) == 1
        && hasTerminated(word)
        && holds == 0
        && OVER.compareAndSet(this, false, true);
  }

  /** Counts a member out; true if that terminates the scope. */
  boolean leave(long member) {
    long before = (long) WORD.getAndAdd(this, -member);
    assert member == JOB ? before >>> 32 > 0 : (int) before >>> 2 > 0 : "none is in: " + before;
    return hasTerminated(before - member);
  }

  private static boolean hasTerminated(long w) {
    return stageOf(w) != OPEN && !hasMembers(w);
  }

  /** Advances to a stage, unless the scope is there or further already. */
  Step advance(int stage) {
    for (; ; ) {
      long w = word;
      int now = stageOf(w);
      if (now >= stage) {
        return Step.NONE;
      }
      if (WORD.compareAndSet(this, w, w - now + stage)) {
        return now == OPEN && !hasMembers(w) ? Step.TERMINATED : Step.MOVED;
      }
    }
  }

  /** Whether the scope would accept a member now. */
  boolean takes(boolean fromMember) {
    return takes(word, fromMember);
  }

  private static boolean takes(long w, boolean fromMember) {
    return switch (stageOf(w)) {
      case OPEN -> true;
      case COMPLETING -> hasMembers(w);
      case DRAINING -> fromMember && hasMembers(w);
      default -> false;
    };
  }

  /** Whether the scope accepts members from anyone. */
  boolean isOpen() {
    return stageOf(word) == OPEN;
  }

  /** Whether the members of the scope are to be cancelled. */
  boolean isCancelled() {
    return stageOf(word) == CANCELLED;
  }

  /** The number of active jobs. */
  long jobs() {
    return word >>> 32;
  }

  private static boolean hasMembers(long w) {
    return w >>> 2 != 0;
  }

  private static int stageOf(long w) {
    return (int) w & STAGE_MASK;
  }
}
