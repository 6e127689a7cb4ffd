package dev.offload.coroutines.internal.waitmap;

import dev.offload.coroutines.internal.time.OffloadTimer;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that nothing has waited for yet, the oldest first. Not thread-safe: guarded by its table's
 * lock. Only {@link #contains} and {@link #take} compare keys; if a key throws, nothing has
 * changed.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class EarlyValues<K, V extends @Nullable Object> {
  private final LinkedHashMap<Filed<K>, Stored<K, V>> values = new LinkedHashMap<>();
  private final int maxStored;

  EarlyValues(int maxStored) {
    this.maxStored = maxStored;
  }

  /** A value, and the timer that evicts it when it is too old. */
  static final class Stored<K, V extends @Nullable Object> extends Filed<K> {
    final V value;

    /** Set before the value is visible to others. */
    OffloadTimer.Task expiry = () -> {};

    /** Whether its time was over before it was stored; guarded by the table's lock. */
    private boolean expired;

    Stored(Filed<K> key, V value) {
      super(key);
      this.value = value;
    }
  }

  boolean contains(Filed<K> sought) {
    return values.containsKey(sought);
  }

  /** Stores a value under a new key; returns the one evicted for it, if any. */
  @Nullable Stored<K, V> add(Stored<K, V> stored) {
    if (stored.expired) {
      return stored;
    }
    values.put(stored, stored);
    return values.size() > maxStored ? removeOldest() : null;
  }

  private Stored<K, V> removeOldest() {
    var all = values.values().iterator();
    Stored<K, V> oldest = all.next();
    all.remove();
    return oldest;
  }

  @Nullable Stored<K, V> take(Filed<K> sought) {
    return values.remove(sought);
  }

  List<Stored<K, V>> takeAll() {
    List<Stored<K, V>> all = List.copyOf(values.values());
    values.clear();
    return all;
  }

  /** Removes {@code stored} if it is present, otherwise keeps it from being added. */
  boolean expire(Stored<K, V> stored) {
    stored.expired = true;
    return values.remove(stored, stored);
  }
}
