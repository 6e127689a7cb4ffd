package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completion;
import org.jspecify.annotations.Nullable;

/** Waits for what one lease answers; told also when that lease is given up. */
public abstract class LeaseCompletion extends Completion {
  private final Lease<?> lease;

  /** The one registered before at the same lease. Written by {@link Lease} alone. */
  @Nullable LeaseCompletion nextOfLease;

  /** Makes a waiter that belongs to {@code lease}. */
  protected LeaseCompletion(Lease<?> lease) {
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
