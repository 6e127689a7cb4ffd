package dev.offload.coroutines.internal.limits;

import dev.offload.coroutines.internal.threads.Log;

/** A caller that waits until its submission would not be refused for a full queue. */
public abstract class RoomWaiter {
  /** Its place among those who wait; kept over several tries. Guarded by the lock of the waits. */
  public long arrival;

  /** Whether it was told to try, and has not answered yet. Guarded by the lock of the waits. */
  public boolean trying;

  /** Tells it to try again. Runs outside all locks; must not block. What it throws is logged. */
  protected abstract void fire();

  public final void tell() {
    try {
      fire();
    } catch (Throwable e) { // of a dispatcher, say: the others are to be told
      Log.warn("a caller could not be told that there is room", e);
    }
  }
}
