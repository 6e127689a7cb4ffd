package dev.offload.coroutines.internal;

import dev.offload.TaskState;

/** A run of a revoke; in the table while the task's success is being revoked. */
final class RevokeRun<I> extends Attempt<I> {
  RevokeRun(I id) {
    super(id);
  }

  @Override
  TaskState state() {
    return verdict() == SUCCESS ? TaskState.NOT_FOUND : TaskState.SUCCEEDED;
  }
}
