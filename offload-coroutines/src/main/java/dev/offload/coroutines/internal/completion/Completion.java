package dev.offload.coroutines.internal.completion;

import dev.offload.coroutines.internal.threads.Log;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** One party that waits in a {@link Completions}; told at most once. */
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

  /** WAITING while this waiter is to be told; set once, by whoever tells it or takes it back. */
  @SuppressWarnings("FieldMayBeFinal") // written through STATE
  private volatile byte state = WAITING;

  /** Tells whether this waiter wants the end of the body, and not already the outcome. */
  protected abstract boolean wantsEnd();

  /**
   * What to do when the moment has come. Runs on the thread that brought it about, outside all
   * locks, and should not block. What it throws is logged.
   */
  protected abstract void fire();

  public final boolean isDone() {
    return state != WAITING;
  }

  /** Whether it was told, or is about to be, rather than taken back. */
  public final boolean wasFired() {
    return state == FIRED;
  }

  /** Ends the wait without telling; true for one caller at most, and then nobody tells. */
  public final boolean finish() {
    return STATE.compareAndSet(this, WAITING, TAKEN_BACK);
  }

  /** Fires unless someone else has fired or taken back this waiter. */
  final void fireOnce() {
    if (STATE.compareAndSet(this, WAITING, FIRED)) {
      try {
        fire();
      } catch (Throwable e) { // of a dispatcher, say: the others are to have their answer
        Log.warn("a caller could not be told an end", e);
      }
    }
  }
}
