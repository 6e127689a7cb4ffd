package dev.offload.async;

import org.jspecify.annotations.Nullable;

/**
 * The block of {@link AsyncOffloadScope#scope(String, ScopeBlock)}.
 *
 * @param <R> the type of the result
 * @param <X> the type of checked exception it may throw
 * @since 0.1
 */
@FunctionalInterface
public interface ScopeBlock<R extends @Nullable Object, X extends Exception> {

  /**
   * Does the work of the scope.
   *
   * @param scope the scope to submit jobs to; it ends after this method
   * @return the result of {@code scope}
   * @throws X rethrown to the caller of {@code scope}; the jobs of the scope are then cancelled
   */
  R run(AsyncOffloadScope scope) throws X;
}
