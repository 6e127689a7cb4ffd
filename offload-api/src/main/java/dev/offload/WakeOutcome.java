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
   * Nobody waited for the key, and the map does not store early wakes or stores one for this key
   * already.
   *
   * @param value what was given to {@code wake}
   * @param <V> the type of the values
   */
  record NoMatch<V extends @Nullable Object>(V value) implements WakeOutcome<V> {
    /** Does not show the value, which may be personal data. */
    @Override
    public String toString() {
      return "NoMatch[]";
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
