package dev.offload.coroutines.internal;

import java.util.function.Consumer;

/** What a body can wait for: the outcome or the end of jobs. */
@FunctionalInterface
public interface WaitTarget {

  /** Hands over the jobs that have to come that far before the wait is over. */
  void forEachBlocker(Consumer<JobCell<?>> to);

  /** Notes with those jobs that a body waits for them. */
  default void markAwaited() {
    forEachBlocker(JobCell::markAwaitedByJob);
  }
}
