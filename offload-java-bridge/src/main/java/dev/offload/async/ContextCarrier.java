package dev.offload.async;

import org.jspecify.annotations.Nullable;

/**
 * Carries thread-bound context (a diagnostic context, a trace) from the submitting thread to the
 * one that runs the body. Set with {@link AsyncOffloadManager.Builder#contextCarrier}.
 *
 * <p>A job carries the context of the caller that started it; callers that join add none.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ContextCarrier {

  /**
   * Captures the context of the calling thread, which submits a body. An exception reaches the
   * submitter, and nothing is submitted.
   *
   * @return the context
   */
  Captured capture();

  /** A captured context; installed at most once. */
  @FunctionalInterface
  interface Captured {

    /**
     * Installs this context on the calling thread, which is about to run the body. If it throws,
     * the job fails with the exception.
     *
     * @return restores the thread's own context when closed
     */
    Installed install();
  }

  /** A context that is installed on this thread. */
  @FunctionalInterface
  interface Installed extends AutoCloseable {

    /** Restores the context the thread had before. */
    @Override
    void close();
  }

  /**
   * Returns a carrier of both contexts.
   *
   * @param other installed after this one, and closed before it
   * @return a carrier of both
   * @throws IllegalArgumentException if {@code other} is null
   */
  default ContextCarrier and(ContextCarrier other) {
    ContextCarrier second = Require.notNull("other", other);
    return () -> {
      Captured a = capture();
      Captured b = second.capture();
      return () -> installBoth(a, b);
    };
  }

  private static Installed installBoth(Captured first, Captured second) {
    Installed outer = first.install();
    @Nullable Installed inner = null;
    try {
      inner = second.install();
    } finally {
      if (inner == null) {
        outer.close();
      }
    }
    Installed installed = inner;
    return () -> {
      try (outer) {
        installed.close();
      }
    };
  }
}
