package dev.offload.coroutines.internal.limits;

import dev.offload.coroutines.internal.threads.Log;

/** A caller that waits until its submission would not be rejected because of a full queue. */
public abstract class RoomWaiter {
  /** Its position among the waiters; kept across tries. Guarded by the lock of the waits. */
  public long arrival;

  /**
   * Whether it was notified to try and has not reported back yet. Guarded by the lock of the waits.
   */
  public boolean trying;

  /** Notifies it to try again. Runs outside all locks; must not block. Exceptions are logged. */
  protected abstract void fire();

  public final void tell() {
    try {
      fire();
    } catch (Throwable e) { // e.g. from a dispatcher: the others must be notified
      Log.warn("a caller could not be told that there is room", e);
    }
  }
}
