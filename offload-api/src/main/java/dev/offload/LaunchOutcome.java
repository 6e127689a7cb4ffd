package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * How a task recorder took a launch. Unless it is {@link Launched}, nothing of the given body has
 * run or will.
 *
 * @param <H> the type of handle
 * @since 0.1
 */
public sealed interface LaunchOutcome<H extends OffloadHandle> {

  /**
   * The task is {@link TaskState#WORKING} by now.
   *
   * @param handle the lease on its job
   * @param <H> the type of handle
   */
  record Launched<H extends OffloadHandle>(H handle) implements LaunchOutcome<H> {}

  /**
   * A run of the task is under way, and this caller has joined it.
   *
   * @param handle a further lease on its job: to cancel it drops this lease, and leaves the run to
   *     those who have others. Only the last lease to be dropped cancels the run
   * @param <H> the type of handle
   */
  record AlreadyWorking<H extends OffloadHandle>(H handle) implements LaunchOutcome<H> {}

  /**
   * The task has succeeded, and was neither revoked nor dropped since.
   *
   * @param handle of the run that succeeded: it has the value at once; null if the value is not
   *     kept (any more), see {@link KeepValues}
   * @param <H> the type of handle
   */
  record AlreadySucceeded<H extends OffloadHandle>(@Nullable H handle)
      implements LaunchOutcome<H> {}
}
