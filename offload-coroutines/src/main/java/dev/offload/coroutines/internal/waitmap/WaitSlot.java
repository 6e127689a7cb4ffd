package dev.offload.coroutines.internal.waitmap;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slot of one waiter: it takes one value or one end, whichever is first, and is final then.
 * Neither {@link #give} nor {@link #end} throws, or runs or waits for user code.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public abstract class WaitSlot<K, V extends @Nullable Object> extends Filed<K> {
  /** Whether another waiter was rejected because of this one. Accessed by the table alone. */
  volatile boolean met;

  /** Creates a slot for {@code key}; throws what its {@code hashCode} throws. */
  protected WaitSlot(K key) {
    super(key);
  }

  /** Sets {@code value}; false if the wait has ended, in which case the caller keeps the value. */
  public abstract boolean give(V value);

  /** Ends the wait without a value; false if it has a value, or has ended already. */
  public abstract boolean end(Supplier<? extends Throwable> why);
}
