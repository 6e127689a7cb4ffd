package dev.offload.async;

import dev.offload.OffloadException;
import dev.offload.coroutines.internal.OffloadTimer;
import dev.offload.coroutines.internal.WaitSlot;
import dev.offload.coroutines.internal.WaitTable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One wait for a key, as a future.
 *
 * <pre>
 *  by                       entry                     future
 *  -----------------------  ------------------------  ----------------------------
 *  a wake                   taken out by the wake     the value, if it is not complete
 *  timeout, close           taken out by the table    the exception, if it is not complete
 *  completion from outside  taken out here, first     that, if it is not complete
 * </pre>
 *
 * <p>The future takes one completion, and a wake is told whether its value was that one. So a value
 * is with the waiter or still with the wake, which then looks for another place. The entry goes out
 * before the future is complete: who was told of the end can wait for the key again.
 */
final class WaitFuture<K, V extends @Nullable Object> extends CompletableFuture<V> {
  private final WaitTable<K, V> table;
  private final K key;
  private final Slot slot = new Slot();

  /** Set by a completion from outside, before the table would end the wait in its own words. */
  private volatile boolean leaving;

  private volatile OffloadTimer.@Nullable Task timeout;

  private WaitFuture(WaitTable<K, V> table, K key) {
    this.table = table;
    this.key = key;
  }

  static <K, V extends @Nullable Object> WaitFuture<K, V> park(
      WaitTable<K, V> table, K key, @Nullable Duration limit) {
    WaitFuture<K, V> waiting = new WaitFuture<>(table, key);
    table.park(key, waiting.slot);
    if (limit != null && !waiting.isDone()) {
      waiting.limit(limit);
    }
    return waiting;
  }

  private void limit(Duration limit) {
    try {
      timeout = table.timer().schedule(limit, () -> table.timeOut(key, slot, limit));
    } catch (Throwable e) { // no thread to be had, say
      leave();
      throw e;
    }
    if (isDone()) {
      cancelTimeout();
    }
  }

  private void cancelTimeout() {
    OffloadTimer.Task task = timeout;
    if (task != null) {
      task.cancel();
    }
  }

  private final class Slot extends WaitSlot<V> {
    @Override
    public boolean give(V value) {
      cancelTimeout();
      return WaitFuture.super.complete(value);
    }

    @Override
    public void end(Supplier<? extends OffloadException> why) {
      cancelTimeout();
      if (!leaving) {
        WaitFuture.super.completeExceptionally(why.get());
      }
    }
  }

  /** Somebody is about to complete this future: nobody waits for the key any more. */
  private void leave() {
    if (!isDone()) {
      leaving = true;
      table.leave(key, slot);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    leave();
    return super.cancel(mayInterruptIfRunning);
  }

  @Override
  public boolean complete(V value) {
    leave();
    return super.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    leave();
    return super.completeExceptionally(failure);
  }

  @Override
  public void obtrudeValue(V value) {
    leave();
    super.obtrudeValue(value);
  }

  @Override
  public void obtrudeException(Throwable failure) {
    leave();
    super.obtrudeException(failure);
  }

  @Override
  public CompletableFuture<V> completeAsync(Supplier<? extends V> supplier) {
    return completeAsync(supplier, defaultExecutor());
  }

  /** As that of the JDK, which would pass by {@link #complete}. */
  @Override
  public CompletableFuture<V> completeAsync(Supplier<? extends V> supplier, Executor executor) {
    executor.execute(
        () -> {
          if (isDone()) {
            return;
          }
          V value;
          try {
            value = supplier.get();
          } catch (Throwable e) { // as in the JDK, what waits is told
            completeExceptionally(e);
            return;
          }
          complete(value);
        });
    return this;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
