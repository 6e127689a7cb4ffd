package dev.offload.coroutines.internal.completion;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A lock-free stack of {@link Completion}s that is closed once.
 *
 * <p>No wake-up is lost. A waiter is fired by one of three rules, and {@link Completion#fireOnce()}
 * ensures that only the first that applies fires it:
 *
 * <ul>
 *   <li>{@link #close()} swaps the head for {@link #CLOSED} and fires all waiters it took out; a
 *       later push fails, and its caller continues without waiting.
 *   <li>{@link #fireDecided()} traverses the stack after the outcome was decided but before the
 *       body has ended.
 *   <li>That traversal may miss a waiter pushed during it; so the pushing thread checks the state
 *       again <em>after</em> the push and fires the waiter itself. Either the traversal sees the
 *       push, or the pushing thread sees the state.
 * </ul>
 *
 * <p>A withdrawn waiter is only marked; {@link #sweep()} unlinks marked ones. It writes {@code
 * next} without a CAS: a link only ever moves past waiters that are done, and done is final, so
 * racing sweeps may leave a marked waiter linked for a while but never lose one that still waits.
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
   * How many more waiters may be withdrawn before the next sweep. A hint: lost updates only shift
   * that sweep.
   */
  int untilSweep = LEAST_SWEEP;

  /** Adds a waiter; false if the stack is closed, in which case it will not be fired. */
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

  /** Withdraws a waiter, so that it will not be fired; false if it was fired already. */
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
      // The next sweep comes after as many removals as there are waiters left, so a removal costs
      // amortized O(1).
      untilSweep = Math.max(LEAST_SWEEP, sweep());
    }
  }

  /** Fires all waiters for the outcome; those for the end stay. */
  public final void fireDecided() {
    for (Completion w = head; w != null; w = w.next) {
      if (!w.wantsEnd()) {
        w.fireOnce();
      }
    }
    sweep(); // a body that does not end must not retain all that once waited for it
  }

  /** Fires one waiter early. */
  public final void fire(Completion waiter) {
    if (!waiter.isDone()) {
      waiter.fireOnce();
      left();
    }
  }

  /** Fires all waiters and accepts no more. */
  public final void close() {
    fireAll(shut());
  }

  /** Accepts no more waiters. Returns those to {@linkplain #fireAll fire}. */
  public final @Nullable Completion shut() {
    Completion top = (Completion) HEAD.getAndSet(this, CLOSED);
    return top == CLOSED
        ? null
        : top; // CLOSED marks every closed stack, and is not a waiter of this one
  }

  public static void fireAll(@Nullable Completion first) {
    for (Completion w = first; w != null; w = w.next) {
      w.fireOnce();
    }
  }

  /** Whether all waiters were fired, or are about to be. */
  public final boolean hasFired() {
    return head == CLOSED;
  }

  /** Unlinks the waiters that are done, and returns the number of those left. */
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
