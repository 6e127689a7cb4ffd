package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a task recorder's launch. Unless it is {@link Launched}, the given body neither
 * has run nor will.
 *
 * @param <H> the type of handle
 * @since 0.1
 */
public sealed interface LaunchOutcome<H extends OffloadHandle> {

  /**
   * The task is now {@link TaskState#WORKING}.
   *
   * @param handle the lease on its job
   * @param <H> the type of handle
   */
  record Launched<H extends OffloadHandle>(H handle) implements LaunchOutcome<H> {}

  /**
   * A run of the task is in progress, and this caller has joined it.
   *
   * @param handle another lease on its job: cancelling it drops this lease only. Dropping the last
   *     lease cancels the run
   * @param <H> the type of handle
   */
  record AlreadyWorking<H extends OffloadHandle>(H handle) implements LaunchOutcome<H> {}

  /**
   * The task has succeeded, and has not been revoked or dropped since.
   *
   * @param handle the handle of the run that succeeded, already complete with its value; null if
   *     the value is not, or no longer, kept, see {@link KeepValues}
   * @param <H> the type of handle
   */
  record AlreadySucceeded<H extends OffloadHandle>(@Nullable H handle)
      implements LaunchOutcome<H> {}
}
