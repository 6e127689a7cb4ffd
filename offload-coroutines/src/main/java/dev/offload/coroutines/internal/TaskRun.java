package dev.offload.coroutines.internal;

import org.jspecify.annotations.Nullable;

/** A run of a task; in the table while the task is WORKING or FAILED, and in the index with it. */
final class TaskRun<I> extends Attempt<I> {
  /** Whether it got into the table, so that a list of working tasks does not show one that lost. */
  volatile boolean begun;

  // Of TaskIndex alone, guarded by the stripe's lock.
  @Nullable TaskRun<I> previous;
  @Nullable TaskRun<I> next;
  byte list;
  final byte stripe;

  TaskRun(I id) {
    super(id);
    this.stripe = TaskIndex.stripeOfThread();
  }
}
