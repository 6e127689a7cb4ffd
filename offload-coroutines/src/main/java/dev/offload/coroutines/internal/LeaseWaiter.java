package dev.offload.coroutines.internal;

/** Waits for what one lease answers; told also when that lease is given up. */
public abstract class LeaseWaiter extends Waiter {
  private final Lease<?> lease;

  /** Makes a waiter that belongs to {@code lease}. */
  protected LeaseWaiter(Lease<?> lease) {
    this.lease = lease;
  }

  /** The lease whose answer is waited for. */
  public final Lease<?> lease() {
    return lease;
  }

  @Override
  protected final boolean wantsEnd() {
    return false;
  }
}
