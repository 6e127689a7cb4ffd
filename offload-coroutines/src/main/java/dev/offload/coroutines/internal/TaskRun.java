package dev.offload.coroutines.internal;

import org.jspecify.annotations.Nullable;

/** A run of a task; in the table while the task is WORKING or FAILED, and in the index with it. */
final class TaskRun<I> extends Attempt<I> {
  /** Of {@link OpenRuns} alone. */
  @Nullable TaskRun<I> older;

  TaskRun(I id) {
    super(id);
  }
}
