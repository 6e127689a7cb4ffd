package dev.offload.coroutines.internal.job;

/** A lease as seen by the scope that took it: something to drop at its end. */
public interface ScopedLease {

  /** Whether dropping it has no effect, now and later. */
  boolean isSpent();

  /** The scope has ended: drops the lease. Runs on the thread that ends the scope. */
  void endOfScope();
}
