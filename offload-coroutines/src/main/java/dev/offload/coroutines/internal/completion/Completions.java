package dev.offload.coroutines.internal.completion;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A lock-free stack of {@link Completion}s that is closed once.
 *
 * <p>No wake-up is missed. A waiter is told by three rules, and {@link Completion#fireOnce()} makes
 * sure that only the first of them that applies fires it:
 *
 * <ul>
 *   <li>{@link #close()} swaps the head for {@link #CLOSED} and fires all it took out; a push that
 *       comes later fails, and its caller goes on without waiting.
 *   <li>{@link #fireDecided()} walks the stack after the outcome was decided but before the body
 *       has ended.
 *   <li>A waiter pushed during that walk may be passed over by it; so whoever pushes looks at the
 *       state again <em>after</em> the push and fires the waiter itself. Either the walk sees the
 *       push, or the pusher sees the state.
 * </ul>
 *
 * <p>A waiter that is taken back is only marked; {@link #sweep()} unlinks marked ones. It writes
 * {@code next} without a CAS: a link only ever moves past waiters that are done, and done is for
 * ever, so racing sweeps may leave a marked waiter linked for a while but never lose one that still
 * waits.
 */
public abstract class Completions {
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(Completions.class, "head", Completion.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The head of a closed stack. */
  private static final Completion CLOSED =
      new Completion() {
        @Override
        protected boolean wantsEnd() {
          return true;
        }

        @Override
        protected void fire() {}
      };

  private static final int LEAST_SWEEP = 32;

  @SuppressWarnings("FieldMayBeFinal") // written through HEAD
  volatile @Nullable Completion head;

  /**
   * How many more waiters may be taken back before the next sweep. A hint: lost updates only shift
   * that sweep.
   */
  int untilSweep = LEAST_SWEEP;

  /** Adds a waiter; false if the stack is closed, and then nobody will fire it. */
  public final boolean push(Completion waiter) {
    for (; ; ) {
      Completion top = head;
      if (top == CLOSED) {
        return false;
      }
      waiter.next = top;
      if (HEAD.compareAndSet(this, top, waiter)) {
        return true;
      }
    }
  }

  /** Takes a waiter back, so that it will not be fired; false if it was fired already. */
  public final boolean takeBack(Completion waiter) {
    if (!waiter.finish()) {
      return false;
    }
    left();
    return true;
  }

  /** Counts a waiter that is done and still linked. */
  private void left() {
    if (--untilSweep <= 0) {
      // As many removals as waiters are left pay for the next walk, so a removal costs O(1) on
      // average.
      untilSweep = Math.max(LEAST_SWEEP, sweep());
    }
  }

  /** Fires everyone who waits for the outcome only; the others stay. */
  public final void fireDecided() {
    for (Completion w = head; w != null; w = w.next) {
      if (!w.wantsEnd()) {
        w.fireOnce();
      }
    }
    sweep(); // a body that will not die must not keep everyone who once waited for it
  }

  /** Fires one of them before its time. */
  public final void fire(Completion waiter) {
    if (!waiter.isDone()) {
      waiter.fireOnce();
      left();
    }
  }

  /** Fires everyone and accepts no more. */
  public final void close() {
    fireAll(shut());
  }

  /** Accepts no more. Answers whom to {@linkplain #fireAll fire}. */
  public final @Nullable Completion shut() {
    Completion top = (Completion) HEAD.getAndSet(this, CLOSED);
    return top == CLOSED
        ? null
        : top; // that marks every closed stack, and is no waiter of this one
  }

  public static void fireAll(@Nullable Completion first) {
    for (Completion w = first; w != null; w = w.next) {
      w.fireOnce();
    }
  }

  /** Whether everyone was fired, or is about to be. */
  public final boolean hasFired() {
    return head == CLOSED;
  }

  /** Unlinks the waiters that are done, and returns how many are left. */
  private int sweep() {
    int left = 0;
    Completion top = head;
    while (top != null && top != CLOSED && top.isDone()) {
      top = HEAD.compareAndSet(this, top, top.next) ? top.next : head;
    }
    Completion kept = top == CLOSED ? null : top;
    while (kept != null) {
      left++;
      Completion below = kept.next;
      while (below != null && below.isDone()) {
        below = below.next;
      }
      kept.next = below;
      kept = below;
    }
    return left;
  }
}
