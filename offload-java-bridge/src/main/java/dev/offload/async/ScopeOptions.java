package dev.offload.async;

import dev.offload.ConcurrencyLimit;
import org.jspecify.annotations.Nullable;

/**
 * How a scope is to be: {@code ScopeOptions.unset().withFailFast()}.
 *
 * <p>Instances are immutable.
 *
 * @param failFast whether the first job that fails or times out cancels the others ({@link
 *     dev.offload.CancelReason#SCOPE_CLOSED}); its failure is then the cause of the {@link
 *     java.util.concurrent.CompletionException} that {@code close()} throws, once
 * @param concurrency how many jobs of the scope and all under it may run and wait; null for no
 *     limit
 * @since 0.1
 */
public record ScopeOptions(boolean failFast, @Nullable ConcurrencyLimit concurrency) {
  private static final ScopeOptions UNSET = new ScopeOptions(false, null);

  /**
   * Returns the options that set nothing.
   *
   * @return the options
   */
  public static ScopeOptions unset() {
    return UNSET;
  }

  /**
   * Returns these options for a scope that ends with the first failure.
   *
   * @return the new options
   */
  public ScopeOptions withFailFast() {
    return new ScopeOptions(true, concurrency);
  }

  /**
   * Returns these options with a limit.
   *
   * @param limit how many jobs may run and wait
   * @return the new options
   * @throws IllegalArgumentException if the limit is null
   */
  public ScopeOptions withConcurrency(ConcurrencyLimit limit) {
    return new ScopeOptions(failFast, Arguments.notNull("limit", limit));
  }
}
