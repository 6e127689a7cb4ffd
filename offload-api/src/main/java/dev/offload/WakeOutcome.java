package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * Where a value given to a wait map's {@code wake} went. It is in exactly one place; what was not
 * taken is handed back, so that the caller can use it otherwise.
 *
 * <p>A value that was taken may still miss its waiter, if that one is cancelled before it resumes:
 * the map then tells its {@code onUndelivered}.
 *
 * <p>The idea of handing the value back is that of maitake-sync's {@code WakeOutcome}.
 *
 * @param <V> the type of the values
 * @since 0.1
 */
public sealed interface WakeOutcome<V extends @Nullable Object> {

  /**
   * A waiter has it.
   *
   * @param <V> the type of the values
   */
  record Woke<V extends @Nullable Object>() implements WakeOutcome<V> {}

  /**
   * Nobody waited, and the map keeps it for who comes next, as far as its {@link EarlyWakes} allow.
   *
   * @param <V> the type of the values
   */
  record Stored<V extends @Nullable Object>() implements WakeOutcome<V> {}

  /**
   * Nobody waited for the key, and the map did not store the value: it stores none, or one for this
   * key already, or it remembers the key, so that this value is not early.
   *
   * @param value what was given to {@code wake}
   * @param reason why nobody waited, as far as the map remembers
   * @param <V> the type of the values
   */
  record NoMatch<V extends @Nullable Object>(V value, NoMatchReason reason)
      implements WakeOutcome<V> {
    /**
     * Of a key of which nothing is remembered.
     *
     * @param value what was given to {@code wake}
     */
    public NoMatch(V value) {
      this(value, NoMatchReason.UNKNOWN);
    }

    /** Does not show the value, which may be personal data. */
    @Override
    public String toString() {
      return "NoMatch[reason=" + reason + "]";
    }
  }

  /**
   * The map is closed.
   *
   * @param value what was given to {@code wake}
   * @param <V> the type of the values
   */
  record Closed<V extends @Nullable Object>(V value) implements WakeOutcome<V> {
    /** Does not show the value, which may be personal data. */
    @Override
    public String toString() {
      return "Closed[]";
    }
  }
}
