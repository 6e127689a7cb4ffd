package dev.offload.coroutines.internal.waitmap;

import org.jspecify.annotations.Nullable;

/**
 * An entry filed under a user's key; it is itself the key of the map it is in. The user's {@code
 * hashCode} is called once, when this is created, and the user's {@code equals} only by a lookup,
 * on the thread of the lookup. So entries can be removed, moved and evicted whatever has become of
 * the user's key. (A hash map calls {@code equals} on the argument of a lookup, never on what it
 * holds.)
 *
 * @param <K> the type of the keys
 */
abstract class Filed<K> {
  protected final K key;
  private final int hash;

  /**
   * Whether this equals entries with an equal key, rather than only itself. Used by one thread
   * only.
   */
  boolean looking;

  Filed(K key) {
    this.key = key;
    this.hash = key.hashCode();
  }

  Filed(Filed<K> same) {
    this.key = same.key;
    this.hash = same.hash;
  }

  @Override
  public final int hashCode() {
    return hash;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other || (looking && other instanceof Filed<?> filed && key.equals(filed.key));
  }

  /** The argument of a lookup. */
  static final class Sought<K> extends Filed<K> {
    Sought(K key) {
      super(key);
      looking = true;
    }

    Sought(Filed<K> same) {
      super(same);
      looking = true;
    }
  }
}
