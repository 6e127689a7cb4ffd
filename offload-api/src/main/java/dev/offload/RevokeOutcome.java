package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of revoking a recorded success. The given block has run only if it is {@link Revoked}
 * or {@link RevokeFailed}.
 *
 * @param <R> the type of the block's value
 * @since 0.1
 */
public sealed interface RevokeOutcome<R extends @Nullable Object> {

  /**
   * The block succeeded: the task is now {@link TaskState#NOT_FOUND}, and can be launched again.
   *
   * @param value the value of the block
   * @param <R> the type of the block's value
   */
  record Revoked<R extends @Nullable Object>(R value) implements RevokeOutcome<R> {
    /** Does not show the value, which may be personal data. */
    @Override
    public String toString() {
      return "Revoked[]";
    }
  }

  /**
   * There is no success to revoke.
   *
   * @param state the state of the task: not found, working or failed
   * @param <R> the type of the block's value
   */
  record NotSucceeded<R extends @Nullable Object>(TaskState state) implements RevokeOutcome<R> {}

  /**
   * Another revoke is in progress.
   *
   * @param <R> the type of the block's value
   */
  record AlreadyRevoking<R extends @Nullable Object>() implements RevokeOutcome<R> {}

  /**
   * The block threw, was cancelled by others or timed out: the task is still {@link
   * TaskState#SUCCEEDED}, and can be revoked again.
   *
   * @param cause why
   * @param <R> the type of the block's value
   */
  record RevokeFailed<R extends @Nullable Object>(Throwable cause) implements RevokeOutcome<R> {}
}
