package dev.offload.coroutines.internal;

/** A run of a task; in the table while the task is WORKING or FAILED. */
final class TaskRun<I> extends Attempt<I> {
  TaskRun(I id) {
    super(id);
  }
}
