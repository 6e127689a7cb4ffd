package dev.offload.coroutines.internal.completion;

import dev.offload.coroutines.internal.threads.Log;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** One waiter in a {@link Completions}; fired at most once. */
public abstract class Completion {
  private static final VarHandle STATE;
  private static final byte WAITING = 0;
  private static final byte FIRED = 1;
  private static final byte TAKEN_BACK = 2;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Completion.class, "state", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The waiter pushed before this one; moved only past waiters that are done. */
  public volatile @Nullable Completion next;

  /** WAITING until this waiter is fired or withdrawn; changed once, by the thread that does so. */
  @SuppressWarnings("FieldMayBeFinal") // written through STATE
  private volatile byte state = WAITING;

  /** Whether this waiter waits for the end of the body, rather than for the outcome. */
  protected abstract boolean wantsEnd();

  /**
   * Called when the awaited event has occurred. Runs on the thread that caused it, outside all
   * locks, and should not block. Exceptions are logged.
   */
  protected abstract void fire();

  public final boolean isDone() {
    return state != WAITING;
  }

  /** Whether it was fired, or is about to be, rather than withdrawn. */
  public final boolean wasFired() {
    return state == FIRED;
  }

  /** Ends the wait without firing; true for at most one caller, and then it is never fired. */
  public final boolean finish() {
    return STATE.compareAndSet(this, WAITING, TAKEN_BACK);
  }

  /** Fires this waiter unless it was fired or withdrawn before. */
  final void fireOnce() {
    if (STATE.compareAndSet(this, WAITING, FIRED)) {
      try {
        fire();
      } catch (Throwable e) { // e.g. from a dispatcher: the others must be fired
        Log.warn("a caller could not be told an end", e);
      }
    }
  }
}
