package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Orders the end of a scope against submissions to it: the members of the scope, its active jobs
 * and open child scopes, are counted in the same word that holds its stage, so a member is counted,
 * and then seen by the end, or it is refused.
 *
 * <pre>
 *  stage       takes members                                    next
 *  ----------  -----------------------------------------------  --------------------------------
 *  OPEN        yes                                              COMPLETING, DRAINING, CANCELLED
 *  COMPLETING  while it has any, from whoever                   DRAINING, CANCELLED
 *  DRAINING    while it has any, from members                   CANCELLED
 *  CANCELLED   no (a member that got in before ends itself)
 * </pre>
 *
 * <p>The scope has terminated when its stage is not OPEN and it has no member: from then on none is
 * taken, so it stays so. Exactly one step makes that true, the leaving of the last member or the
 * first advance, and whoever made it is told so.
 *
 * <p>That step is not the last one to be told: a job that is counted out may have callers who do
 * not know yet. So whoever is about to make a step {@linkplain #hold holds} the end until what
 * follows is told; of those who let go then, exactly one has to tell the end of the scope.
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

  /** What an {@link #advance} did. */
  enum Step {
    /** The scope was there or further already. */
    NONE,
    MOVED,
    /** It moved and had no member, so it has terminated with this step. */
    TERMINATED
  }

  // Bits 0 and 1 the stage, 2 to 31 the number of scopes, 32 to 63 the number of jobs.
  @SuppressWarnings("FieldMayBeFinal") // written through WORD
  private volatile long word = OPEN;

  /** How many are at a step, or at what follows it. */
  @SuppressWarnings("FieldMayBeFinal") // written through HOLDS
  private volatile int holds;

  /** Whether somebody has to tell the end, or did. */
  @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // by OVER alone
  private volatile boolean over;

  /** Counts a member in; false if the scope takes none. */
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

  /** Keeps the end from being told. Before each {@link #leave} and {@link #advance}. */
  void hold() {
    HOLDS.getAndAdd(this, 1);
  }

  /**
   * What came with the step is settled and told. True if the scope has terminated and nobody holds
   * its end any more: then, once, the caller has to tell it.
   */
  boolean release() {
    // Whoever terminates the scope holds it meanwhile, so who sees that and then nobody is the
    // last.
    return (int) HOLDS.getAndAdd(this, -1) == 1
        && hasTerminated(word)
        && holds == 0
        && OVER.compareAndSet(this, false, true);
  }

  /** Counts a member out; true if the scope terminates with it. */
  boolean leave(long member) {
    long before = (long) WORD.getAndAdd(this, -member);
    assert member == JOB ? before >>> 32 > 0 : (int) before >>> 2 > 0 : "none is in: " + before;
    return hasTerminated(before - member);
  }

  private static boolean hasTerminated(long w) {
    return stageOf(w) != OPEN && !hasMembers(w);
  }

  /** Moves on to a stage, unless it is there or further already. */
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

  /** Whether the scope would take a member now. */
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

  /** Whether the scope takes members whoever sends them. */
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
