package dev.offload.async;

import org.jspecify.annotations.Nullable;

/**
 * Takes what belongs to a thread (a diagnostic context, a trace) from the one that submits to the
 * one that runs the body. Given to {@link AsyncOffloadManager.Builder#contextCarrier}.
 *
 * <p>A job carries the context of the caller who started it; one who joins brings none along.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ContextCarrier {

  /**
   * Takes the context of the calling thread, which submits a body. What it throws, the submitter
   * gets, and nothing is submitted.
   *
   * @return the context
   */
  Captured capture();

  /** A context that was taken; installed once, at most. */
  @FunctionalInterface
  interface Captured {

    /**
     * Makes it the context of the calling thread, which is about to run the body. What it throws,
     * the job fails with.
     *
     * @return what gives the thread its own context back
     */
    Installed install();
  }

  /** A context that is in force on this thread. */
  @FunctionalInterface
  interface Installed extends AutoCloseable {

    /** Gives the thread the context it had before. */
    @Override
    void close();
  }

  /**
   * Carries two contexts.
   *
   * @param other installed after this one, and taken away before it
   * @return a carrier of both
   * @throws IllegalArgumentException if {@code other} is null
   */
  default ContextCarrier and(ContextCarrier other) {
    ContextCarrier second = Arguments.notNull("other", other);
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
