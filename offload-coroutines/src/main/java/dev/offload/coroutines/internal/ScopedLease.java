package dev.offload.coroutines.internal;

/** A lease as the scope that took it sees it: something to drop at its end. */
public interface ScopedLease {

  /** Whether dropping it would change nothing, now and later. */
  boolean isSpent();

  /** Gives the lease up; true if this call did. Runs on whatever thread ends the scope. */
  boolean cancel();
}
