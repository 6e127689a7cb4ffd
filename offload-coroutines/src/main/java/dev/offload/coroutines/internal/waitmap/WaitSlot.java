package dev.offload.coroutines.internal.waitmap;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The place of one waiter: one value or one end goes in, whichever is first, and that is for good.
 * Neither {@link #give} nor {@link #end} throws, or runs or waits for code of users.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public abstract class WaitSlot<K, V extends @Nullable Object> extends Filed<K> {
  /** Whether somebody was refused because of this one. Written and read by the table alone. */
  volatile boolean met;

  /** For a wait for {@code key}; throws what its {@code hashCode} throws. */
  protected WaitSlot(K key) {
    super(key);
  }

  /** Puts {@code value} in; false if the wait has ended, and the value is the caller's still. */
  public abstract boolean give(V value);

  /** Ends the wait without a value; false if a value is in, or it has ended already. */
  public abstract boolean end(Supplier<? extends Throwable> why);
}
