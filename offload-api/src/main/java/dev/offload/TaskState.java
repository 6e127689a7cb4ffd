package dev.offload;

/**
 * What a task recorder knows about a task.
 *
 * <pre>
 *  from         to           by
 *  -----------  -----------  --------------------------------------------------------------------
 *  NOT_FOUND    WORKING      launch
 *  WORKING      SUCCEEDED    its body ended with a value
 *  WORKING      FAILED       anything else: an exception, a cancellation, a limit, a closed scope
 *  FAILED       WORKING      launch, once more
 *  FAILED       NOT_FOUND    forget
 *  SUCCEEDED    NOT_FOUND    a revoke that succeeded, or dropSucceeded
 * </pre>
 *
 * <p>The states are those of async_tasks_recorder.
 *
 * @since 0.1
 */
public enum TaskState {
  /** Never launched, or revoked, forgotten, or dropped. */
  NOT_FOUND,
  /** Launched; its outcome is not decided yet. */
  WORKING,
  /** Succeeded, so it cannot be launched again. Also while it is being revoked. */
  SUCCEEDED,
  /** Ended without success; it can be launched again. */
  FAILED
}
