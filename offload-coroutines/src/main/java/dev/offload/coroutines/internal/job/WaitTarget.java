package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/** What a body can wait for: outcomes and ends of jobs, and ends of scopes. */
@FunctionalInterface
public interface WaitTarget {

  /** Passes all of it to {@code to}. Runs no foreign code, and is not retained. */
  void eachPart(Parts to);

  /** Receives what is to be waited for. */
  interface Parts {
    /**
     * One of the parts.
     *
     * @param untilEnd whether the wait ends with the body of a job, rather than with its outcome
     * @param lease the lease whose result is awaited; null if the wait continues when a lease is
     *     dropped
     */
    void add(WaitNode target, boolean untilEnd, @Nullable Lease<?> lease);
  }
}
