package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * Where a value given to a wait map's {@code wake} went. It is in exactly one place; a value that
 * was not taken is handed back to the caller.
 *
 * <p>A value that was taken may still miss its waiter, if the waiter is cancelled before it
 * resumes: the map then passes it to its {@code onUndelivered}.
 *
 * <p>Handing the value back follows maitake-sync's {@code WakeOutcome}.
 *
 * @param <V> the type of the values
 * @since 0.1
 */
public sealed interface WakeOutcome<V extends @Nullable Object> {

  /**
   * A waiter has the value.
   *
   * @param <V> the type of the values
   */
  record Woke<V extends @Nullable Object>() implements WakeOutcome<V> {}

  /**
   * Nobody was waiting, and the map keeps the value for the next waiter, within the bounds of its
   * {@link EarlyWakes}.
   *
   * @param <V> the type of the values
   */
  record Stored<V extends @Nullable Object>() implements WakeOutcome<V> {}

  /**
   * Nobody was waiting for the key, and the map did not store the value: it stores no values, or
   * already has one for this key, or it remembers the key, so this value is not early.
   *
   * @param value the value given to {@code wake}
   * @param reason why nobody was waiting, as far as the map remembers
   * @param <V> the type of the values
   */
  record NoMatch<V extends @Nullable Object>(V value, NoMatchReason reason)
      implements WakeOutcome<V> {
    /**
     * For a key the map does not remember.
     *
     * @param value the value given to {@code wake}
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
   * @param value the value given to {@code wake}
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
