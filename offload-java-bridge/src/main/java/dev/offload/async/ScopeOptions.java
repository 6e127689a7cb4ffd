package dev.offload.async;

import dev.offload.ConcurrencyLimit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options of a scope: {@code ScopeOptions.unset().withFailFast()}.
 *
 * <p>Instances are immutable.
 *
 * @param failFast whether the first job that fails or times out cancels the others ({@link
 *     dev.offload.CancelReason#SCOPE_CLOSED}); its failure is then the cause of the {@link
 *     java.util.concurrent.CompletionException} that {@code close()} throws, once
 * @param concurrency how many jobs of the scope and all under it may run and be queued; null for no
 *     limit
 * @param timeout cancels the scope and its jobs ({@link dev.offload.CancelReason#SCOPE_CLOSED}) if
 *     it has not ended this long after it was opened; null for no limit
 * @since 0.1
 */
public record ScopeOptions(
    boolean failFast, @Nullable ConcurrencyLimit concurrency, @Nullable Duration timeout) {
  private static final ScopeOptions UNSET = new ScopeOptions(false, null, null);

  /**
   * Creates options.
   *
   * @throws IllegalArgumentException if the timeout is not longer than zero, or longer than a
   *     {@code long} of nanoseconds can hold
   */
  public ScopeOptions {
    if (timeout != null) {
      Require.positive("timeout", timeout);
    }
  }

  /**
   * Returns options that set nothing.
   *
   * @return the options
   */
  public static ScopeOptions unset() {
    return UNSET;
  }

  /**
   * Returns a copy for a scope that ends with the first failure.
   *
   * @return the new options
   */
  public ScopeOptions withFailFast() {
    return new ScopeOptions(true, concurrency, timeout);
  }

  /**
   * Returns a copy with a concurrency limit.
   *
   * @param limit how many jobs may run and be queued
   * @return the new options
   * @throws IllegalArgumentException if the limit is null
   */
  public ScopeOptions withConcurrency(ConcurrencyLimit limit) {
    return new ScopeOptions(failFast, Require.notNull("limit", limit), timeout);
  }

  /**
   * Returns a copy with a time after which the scope is cancelled.
   *
   * @param limit see {@link #timeout()}
   * @return the new options
   * @throws IllegalArgumentException if the limit is null, not longer than zero, or longer than a
   *     {@code long} of nanoseconds can hold
   */
  public ScopeOptions withTimeout(Duration limit) {
    return new ScopeOptions(failFast, concurrency, Require.notNull("timeout", limit));
  }
}
