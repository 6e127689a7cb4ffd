package dev.offload.coroutines.internal.waitmap;

import dev.offload.NoMatchReason;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys that were waited for, in the order in which their waits ended, and what to report to a wake
 * for them. Not thread-safe: guarded by its table's lock. Only {@link #find} compares keys; if a
 * key throws, nothing has changed.
 *
 * @param <K> the type of the keys
 */
final class PastWaits<K> {
  final LinkedHashMap<Filed<K>, Past<K>> waits = new LinkedHashMap<>();
  private final int max;

  PastWaits(int max) {
    this.max = max;
  }

  /**
   * How the last wait for a key ended.
   *
   * <pre>
   *   LATE      to DUPLICATE  by a wake, which came too late
   *   DUPLICATE to LATE       by the wake that took the waiter, and found that it had ended
   * </pre>
   */
  static final class Past<K> extends Filed<K> {
    private NoMatchReason reason;

    private Past(Filed<K> key, NoMatchReason reason) {
      super(key);
      this.reason = reason;
    }

    /** For a wait that got its value. */
    static <K> Past<K> woken(Filed<K> key) {
      return new Past<>(key, NoMatchReason.DUPLICATE);
    }

    /** For a wait that ended without one. */
    static <K> Past<K> missed(Filed<K> key) {
      return new Past<>(key, NoMatchReason.LATE);
    }

    /** A value came; returns why it does not match. */
    NoMatchReason wake() {
      NoMatchReason answer = reason;
      reason = NoMatchReason.DUPLICATE;
      return answer;
    }

    /** The wait did not take the value for which this was created. */
    void miss() {
      reason = NoMatchReason.LATE;
    }
  }

  @Nullable Past<K> find(Filed<K> sought) {
    return waits.get(sought);
  }

  /** Remembers a wait for a key without one; the oldest is evicted. */
  void add(Past<K> past) {
    waits.put(past, past);
    if (waits.size() > max) {
      var all = waits.values().iterator();
      all.next();
      all.remove();
    }
  }

  void forget(Past<K> past) {
    waits.remove(past);
  }

  void clear() {
    waits.clear();
  }
}
