package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.completion.Completion;
import org.jspecify.annotations.Nullable;

/** Waits for the result of one lease; fired also when that lease is dropped. */
public abstract class LeaseCompletion extends Completion {
  private final Lease<?> lease;

  /** The waiter registered before at the same lease. Written only by {@link Lease}. */
  @Nullable LeaseCompletion nextOfLease;

  /** Creates a waiter that belongs to {@code lease}. */
  protected LeaseCompletion(Lease<?> lease) {
    this.lease = lease;
  }

  /** The lease whose result is awaited. */
  public final Lease<?> lease() {
    return lease;
  }

  @Override
  protected final boolean wantsEnd() {
    return false;
  }
}
