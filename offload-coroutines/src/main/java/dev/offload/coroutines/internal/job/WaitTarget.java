package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/** What a body can wait for: outcomes and ends of jobs, and ends of scopes. */
@FunctionalInterface
public interface WaitTarget {

  /** Hands over all of it. Runs no foreign code, and is not kept. */
  void eachPart(Parts to);

  /** Takes what is to be waited for. */
  interface Parts {
    /**
     * One of them.
     *
     * @param untilEnd whether the wait ends with the body of a job, and not already with its
     *     outcome
     * @param lease whose answer is waited for; null if the wait goes on when one is given up
     */
    void add(WaitNode target, boolean untilEnd, @Nullable Lease<?> lease);
  }
}
