package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.TimeoutPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Options of one submission, which override the settings of its kind: {@code
 * SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(limit))}.
 *
 * <p>Instances are immutable.
 *
 * @param conflict what to do if the key is in flight; null for the setting of the kind or, with
 *     {@code share}, which accepts only JOIN and NEXT, for JOIN. Must be unset for a recorder
 * @param timeout how long the body may run; null for the setting of the kind. A joined job keeps
 *     its own
 * @param borrowedStage whether the stage that the body returns belongs to someone else: cancelling
 *     the job then ends the job, but does not cancel the stage. Ignored for blocking bodies
 * @since 0.1
 */
public record SubmitOptions(
    @Nullable ConflictPolicy conflict, @Nullable TimeoutPolicy timeout, boolean borrowedStage) {
  private static final SubmitOptions UNSET = new SubmitOptions(null, null, false);

  /**
   * Returns options that set nothing.
   *
   * @return the options
   */
  public static SubmitOptions unset() {
    return UNSET;
  }

  /**
   * Returns a copy with a conflict policy.
   *
   * @param policy what to do if the key is in flight
   * @return the new options
   * @throws IllegalArgumentException if the policy is null
   */
  public SubmitOptions withConflict(ConflictPolicy policy) {
    return new SubmitOptions(Require.notNull("policy", policy), timeout, borrowedStage);
  }

  /**
   * Returns a copy with time limits.
   *
   * @param policy how long the body may run
   * @return the new options
   * @throws IllegalArgumentException if the policy is null
   */
  public SubmitOptions withTimeout(TimeoutPolicy policy) {
    return new SubmitOptions(conflict, Require.notNull("policy", policy), borrowedStage);
  }

  /**
   * Returns a copy for a stage that belongs to someone else.
   *
   * @return the new options
   */
  public SubmitOptions withBorrowedStage() {
    return new SubmitOptions(conflict, timeout, true);
  }
}
