package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.TimeoutPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What one submission asks for in place of its kind's settings: {@code
 * SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(limit))}.
 *
 * <p>Instances are immutable.
 *
 * @param conflict what to do if the key is in flight; null for the setting of the kind, and for
 *     {@code share}, which takes JOIN and NEXT alone, for JOIN. Must be unset for a recorder
 * @param timeout how long the body may run; null for the setting of the kind. A joined job keeps
 *     its own
 * @param borrowedStage whether a stage that the body answers belongs to someone else: a cancel then
 *     ends the job, and leaves the stage as it is. Of no meaning to bodies that block
 * @since 0.1
 */
public record SubmitOptions(
    @Nullable ConflictPolicy conflict, @Nullable TimeoutPolicy timeout, boolean borrowedStage) {
  private static final SubmitOptions UNSET = new SubmitOptions(null, null, false);

  /**
   * Returns the options that set nothing.
   *
   * @return the options
   */
  public static SubmitOptions unset() {
    return UNSET;
  }

  /**
   * Returns these options with a conflict policy.
   *
   * @param policy what to do if the key is in flight
   * @return the new options
   * @throws IllegalArgumentException if the policy is null
   */
  public SubmitOptions withConflict(ConflictPolicy policy) {
    return new SubmitOptions(Arguments.notNull("policy", policy), timeout, borrowedStage);
  }

  /**
   * Returns these options with time limits.
   *
   * @param policy how long the body may run
   * @return the new options
   * @throws IllegalArgumentException if the policy is null
   */
  public SubmitOptions withTimeout(TimeoutPolicy policy) {
    return new SubmitOptions(conflict, Arguments.notNull("policy", policy), borrowedStage);
  }

  /**
   * Returns these options for a stage that belongs to someone else.
   *
   * @return the new options
   */
  public SubmitOptions withBorrowedStage() {
    return new SubmitOptions(conflict, timeout, true);
  }
}
