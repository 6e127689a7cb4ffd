package dev.offload.coroutines.internal.job;

/** A lease as the scope that took it sees it: something to drop at its end. */
public interface ScopedLease {

  /** Whether dropping it would change nothing, now and later. */
  boolean isSpent();

  /** The scope has ended: gives the lease up. Runs on whatever thread ends the scope. */
  void endOfScope();
}
