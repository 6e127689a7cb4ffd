package dev.offload.async;

import org.jspecify.annotations.Nullable;

/**
 * What runs inside {@link AsyncOffloadScope#scope(String, ScopeBlock)}.
 *
 * @param <R> what it answers
 * @param <X> what it may throw besides unchecked exceptions
 * @since 0.1
 */
@FunctionalInterface
public interface ScopeBlock<R extends @Nullable Object, X extends Exception> {

  /**
   * Does the work of the scope.
   *
   * @param scope to submit jobs to; it ends after this method
   * @return what the scope answers
   * @throws X what its caller is told; the jobs of the scope are cancelled then
   */
  R run(AsyncOffloadScope scope) throws X;
}
