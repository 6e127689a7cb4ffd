package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskState;

/** A run of a task; in the table while the task is WORKING or FAILED. */
final class TaskRun<I> extends Attempt<I> {
  TaskRun(I id) {
    super(id);
  }

  @Override
  TaskState state() {
    Object verdict = verdict();
    if (verdict == null) {
      return TaskState.WORKING;
    }
    return verdict == SUCCESS ? TaskState.SUCCEEDED : TaskState.FAILED;
  }
}
