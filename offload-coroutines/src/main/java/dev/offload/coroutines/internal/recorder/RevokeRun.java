package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskState;
import org.jspecify.annotations.Nullable;

/** A run of a revoke; in the table while the task's success is being revoked. */
final class RevokeRun<I> extends Attempt<I> {
  /** The entry it replaced, to be restored if it fails. Written before others see it. */
  @Nullable Object success;

  RevokeRun(I id) {
    super(id);
  }

  @Override
  TaskState state() {
    return verdict() == SUCCESS ? TaskState.NOT_FOUND : TaskState.SUCCEEDED;
  }
}
