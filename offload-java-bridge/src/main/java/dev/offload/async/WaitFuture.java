package dev.offload.async;

import dev.offload.coroutines.internal.time.OffloadTimer;
import dev.offload.coroutines.internal.waitmap.WaitSlot;
import dev.offload.coroutines.internal.waitmap.WaitTable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One wait for a key, as a future.
 *
 * <pre>
 *  by                       entry                     answer
 *  -----------------------  ------------------------  -----------------------
 *  a wake                   removed by the wake       the value, if none yet
 *  fail, timeout, close     removed by the table      the exception, likewise
 *  completion from outside  removed here, first       that, if none yet
 * </pre>
 *
 * <p>The answer is set once, by one compare-and-set, and a wake learns whether its value was the
 * one. So a value is with the waiter or still with the wake, which then looks for another place.
 * The entry is removed before there is an answer, so a caller that has seen the end can wait for
 * the key again.
 */
final class WaitFuture<K, V extends @Nullable Object> extends AnswerFuture<V> {
  @SuppressWarnings("rawtypes") // as field updaters are
  private static final AtomicReferenceFieldUpdater<WaitFuture, Given> ANSWER =
      AtomicReferenceFieldUpdater.newUpdater(WaitFuture.class, Given.class, "answer");

  private final WaitTable<K, V> table;
  final Slot slot;

  private volatile @Nullable Given<V> answer;

  private volatile OffloadTimer.@Nullable Task timeout;

  private WaitFuture(WaitTable<K, V> table, K key) {
    super(table.callbacks());
    this.table = table;
    this.slot = new Slot(key);
  }

  static <K, V extends @Nullable Object> WaitFuture<K, V> park(
      WaitTable<K, V> table, K key, @Nullable Duration limit) {
    WaitFuture<K, V> waiting = new WaitFuture<>(table, key);
    table.park(waiting.slot);
    if (limit != null && !waiting.hasAnswer()) {
      waiting.limit(limit);
    }
    return waiting;
  }

  private void limit(Duration limit) {
    try {
      timeout = table.timer().schedule(limit, () -> table.timeOut(slot, limit));
    } catch (Throwable e) { // no thread could be started, for example
      table.leave(slot);
      throw e;
    }
    if (hasAnswer()) {
      cancelTimeout();
    }
  }

  private void cancelTimeout() {
    OffloadTimer.Task task = timeout;
    if (task != null) {
      OffloadTimer.cancel(task);
    }
  }

  final class Slot extends WaitSlot<K, V> {
    private Slot(K key) {
      super(key);
    }

    @Override
    public boolean give(V value) {
      return answer(new Given<>(value, null));
    }

    @Override
    public boolean end(Supplier<? extends Throwable> why) {
      return !hasAnswer() && answer(new Given<>(null, why.get()));
    }

    private boolean answer(Given<V> given) {
      if (!isFirst(given)) {
        return false;
      }
      tell();
      cancelTimeout();
      return true;
    }
  }

  @SuppressWarnings("NullAway") // null until there is an answer
  private boolean isFirst(Given<V> given) {
    return ANSWER.compareAndSet(this, null, given);
  }

  @Override
  boolean hasAnswer() {
    return answer != null;
  }

  @Override
  @Nullable Throwable failureOfAnswer() {
    return Objects.requireNonNull(answer).failure();
  }

  @Override
  @SuppressWarnings("NullAway") // a null value without a failure is of type V
  V valueOfAnswer() {
    return Objects.requireNonNull(answer).value();
  }

  @Override
  boolean giveUp(Given<V> given) {
    if (hasAnswer()) {
      return false;
    }
    boolean unused = table.takeOut(slot);
    if (!isFirst(given)) {
      return false;
    }
    wake();
    cancelTimeout();
    return true;
  }
}
