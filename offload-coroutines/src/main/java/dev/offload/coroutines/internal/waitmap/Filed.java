package dev.offload.coroutines.internal.waitmap;

import org.jspecify.annotations.Nullable;

/**
 * What is filed under a key of a user: itself the key of the map it is in. The user's {@code
 * hashCode} is asked once, when this is made, and the user's {@code equals} only by one who looks
 * for a key, on the thread that looks. So what is in can be taken out, moved and thrown out
 * whatever has become of the user's key. (A hash map calls {@code equals} on what it is asked for,
 * never on what it holds.)
 *
 * @param <K> the type of the keys
 */
abstract class Filed<K> {
  protected final K key;
  private final int hash;

  /** Whether this stands for its key, or else for itself alone. Of use to one thread only. */
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

  /** Asks for a key. */
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
