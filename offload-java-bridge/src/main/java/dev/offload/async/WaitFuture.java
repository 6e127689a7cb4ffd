package dev.offload.async;

import dev.offload.OffloadException;
import dev.offload.coroutines.internal.OffloadTimer;
import dev.offload.coroutines.internal.WaitSlot;
import dev.offload.coroutines.internal.WaitTable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One wait for a key, as a future.
 *
 * <pre>
 *  by                       entry                     answer                  stages are run by
 *  -----------------------  ------------------------  ----------------------  ------------------
 *  a wake                   taken out by the wake     the value, if none yet  a callback thread
 *  timeout, close           taken out by the table    the exception, likewise a callback thread
 *  completion from outside  taken out here, first     that, if none yet       who completes it
 * </pre>
 *
 * <p>The answer is given once, by one compare-and-set, and a wake is told whether its value was
 * that one. So a value is with the waiter or still with the wake, which then looks for another
 * place. The entry goes out before there is an answer: who was told of the end can wait for the key
 * again. Whoever asks this future is told the answer, and whoever blocks waits for it, apart from
 * the stages.
 *
 * <p>The stages see it when this future is <em>filled</em>, which runs them:
 *
 * <pre>
 *  mode      by                                        then
 *  --------  ----------------------------------------  --------------------------------------
 *  OPEN      the start                                 STAGES, or FILLING
 *  STAGES    who is about to add a stage               a callback thread fills it
 *  FILLING   who answered, and found no stages         FILLED; who adds a stage waits for that
 *  FILLED    the same, soon: there is nothing to run   a stage is run by who adds it
 * </pre>
 */
final class WaitFuture<K, V extends @Nullable Object> extends CompletableFuture<V> {
  private static final int OPEN = 0;
  private static final int STAGES = 1;
  private static final int FILLING = 2;
  private static final int FILLED = 3;

  @SuppressWarnings("rawtypes") // as field updaters are
  private static final AtomicIntegerFieldUpdater<WaitFuture> MODE =
      AtomicIntegerFieldUpdater.newUpdater(WaitFuture.class, "mode");

  @SuppressWarnings("rawtypes") // as field updaters are
  private static final AtomicReferenceFieldUpdater<WaitFuture, CompletableFuture> ANSWER =
      AtomicReferenceFieldUpdater.newUpdater(WaitFuture.class, CompletableFuture.class, "answer");

  private final WaitTable<K, V> table;
  final Slot slot;

  /**
   * Null as long as there is neither an answer nor anybody who blocks for it. Completed once, with
   * the answer, and nobody else's: no stage of users is ever built on it.
   */
  private volatile @Nullable CompletableFuture<V> answer;

  private volatile int mode;

  private volatile OffloadTimer.@Nullable Task timeout;

  private WaitFuture(WaitTable<K, V> table, K key) {
    this.table = table;
    this.slot = new Slot(key);
  }

  static <K, V extends @Nullable Object> WaitFuture<K, V> park(
      WaitTable<K, V> table, K key, @Nullable Duration limit) {
    WaitFuture<K, V> waiting = new WaitFuture<>(table, key);
    table.park(waiting.slot);
    if (limit != null && !waiting.isDone()) {
      waiting.limit(limit);
    }
    return waiting;
  }

  private void limit(Duration limit) {
    try {
      timeout = table.timer().schedule(limit, () -> table.timeOut(slot, limit));
    } catch (Throwable e) { // no thread to be had, say
      table.leave(slot);
      throw e;
    }
    if (isDone()) {
      cancelTimeout();
    }
  }

  private void cancelTimeout() {
    OffloadTimer.Task task = timeout;
    if (task != null) {
      WaitTable.cancel(task);
    }
  }

  final class Slot extends WaitSlot<K, V> {
    private Slot(K key) {
      super(key);
    }

    @Override
    public boolean give(V value) {
      return answerAndTell(value, null);
    }

    @Override
    public void end(Supplier<? extends OffloadException> why) {
      if (!isDone()) {
        var unused = answerAndTell(null, why.get());
      }
    }

    @SuppressWarnings("NullAway") // the value is null only where there is a failure
    private boolean answerAndTell(@Nullable V value, @Nullable Throwable failure) {
      if (!answer(value, failure)) {
        return false;
      }
      tell();
      return true;
    }
  }

  /** Gives the answer; false if there is one. */
  private boolean answer(V value, @Nullable Throwable failure) {
    CompletableFuture<V> given = completed(value, failure);
    if (!ANSWER.compareAndSet(this, null, given)) {
      CompletableFuture<V> awaited = asked();
      boolean first =
          failure == null ? awaited.complete(value) : awaited.completeExceptionally(failure);
      if (!first) {
        return false;
      }
    }
    cancelTimeout();
    return true;
  }

  private static <V extends @Nullable Object> CompletableFuture<V> completed(
      V value, @Nullable Throwable failure) {
    return failure == null
        ? CompletableFuture.completedFuture(value)
        : CompletableFuture.failedFuture(failure);
  }

  /** Fills this future on a thread of its own if that runs anything of anybody. */
  private void tell() {
    if (MODE.compareAndSet(this, OPEN, FILLING)) {
      if (getNumberOfDependents() == 0) {
        fill();
        mode = FILLED;
        return;
      }
      mode = STAGES; // allOf and anyOf add their stages without a word
    }
    table.callbacks().execute(this::fill);
  }

  private void fill() {
    var unused =
        asked()
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    super.complete(value);
                  } else {
                    super.completeExceptionally(failure);
                  }
                });
  }

  /** What to wait for, or to take the answer from. */
  private CompletableFuture<V> asked() {
    CompletableFuture<V> asked = answer;
    if (asked != null) {
      return asked;
    }
    CompletableFuture<V> awaited = new CompletableFuture<>();
    if (ANSWER.compareAndSet(this, null, awaited)) {
      return awaited;
    }
    return asked();
  }

  /** Somebody is about to add a stage, which the one who answers must not run. */
  private void expectStages() {
    while (!MODE.compareAndSet(this, OPEN, STAGES)) {
      if (mode != FILLING) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** Completes this future from outside: nobody waits for the key any more when it is seen. */
  private boolean completeFromOutside(V value, @Nullable Throwable failure) {
    if (isDone()) {
      return false;
    }
    table.takeOut(slot);
    if (!answer(value, failure)) {
      return false;
    }
    fill();
    return true;
  }

  @Override
  @SuppressWarnings("NullAway") // there is a failure, so the value is not looked at
  public boolean cancel(boolean mayInterruptIfRunning) {
    return completeFromOutside(null, new CancellationException()) || isCancelled();
  }

  @Override
  public boolean complete(V value) {
    return completeFromOutside(value, null);
  }

  @Override
  @SuppressWarnings("NullAway") // there is a failure, so the value is not looked at
  public boolean completeExceptionally(Throwable failure) {
    return completeFromOutside(null, Objects.requireNonNull(failure));
  }

  @Override
  public void obtrudeValue(V value) {
    obtrude(completed(value, null));
    super.obtrudeValue(value);
  }

  @Override
  @SuppressWarnings("NullAway") // there is a failure, so the value is not looked at
  public void obtrudeException(Throwable failure) {
    obtrude(completed(null, Objects.requireNonNull(failure)));
    super.obtrudeException(failure);
  }

  /** Those who block are let go, with what came first. */
  private void obtrude(CompletableFuture<V> other) {
    table.takeOut(slot);
    CompletableFuture<V> before = asked();
    var unused =
        other.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                before.complete(value);
              } else {
                before.completeExceptionally(failure);
              }
            });
    cancelTimeout();
    answer = other;
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
  public boolean isDone() {
    CompletableFuture<V> asked = answer;
    return asked != null && asked.isDone();
  }

  @Override
  public boolean isCancelled() {
    CompletableFuture<V> asked = answer;
    return asked != null && asked.isCancelled();
  }

  @Override
  public boolean isCompletedExceptionally() {
    CompletableFuture<V> asked = answer;
    return asked != null && asked.isCompletedExceptionally();
  }

  @Override
  public V get() throws InterruptedException, ExecutionException {
    return asked().get();
  }

  @Override
  public V get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return asked().get(timeout, unit);
  }

  @Override
  public V join() {
    return asked().join();
  }

  @Override
  public V getNow(V valueIfAbsent) {
    return isDone() ? asked().join() : valueIfAbsent;
  }

  /** As since JDK 19. */
  public V resultNow() {
    if (!isDone() || isCompletedExceptionally()) {
      throw new IllegalStateException(isDone() ? "there is no value" : "there is no answer yet");
    }
    return join();
  }

  /** As since JDK 19. */
  public Throwable exceptionNow() {
    if (!isCompletedExceptionally() || isCancelled()) {
      throw new IllegalStateException(isDone() ? "there is no failure" : "there is no answer yet");
    }
    return asked().<Throwable>handle((value, failure) -> failure).join();
  }

  @Override
  public CompletableFuture<V> toCompletableFuture() {
    expectStages();
    return this;
  }

  @Override
  public CompletionStage<V> minimalCompletionStage() {
    expectStages();
    return super.minimalCompletionStage();
  }

  /** Makes the future of a stage, before it is added to this one. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    expectStages();
    return new CompletableFuture<>();
  }
}
