package dev.offload.async;

import dev.offload.EarlyWakes;
import dev.offload.WakeOutcome;
import dev.offload.coroutines.internal.threads.SidePool;
import dev.offload.coroutines.internal.time.SystemTimer;
import dev.offload.coroutines.internal.waitmap.WaitTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A rendezvous by key: one party waits for the value of a key (the answer to a message, a webhook,
 * a result of another thread), another wakes the key with the value.
 *
 * <pre>{@code
 * CompletableFuture<Answer> answer = answers.await(id, Duration.ofSeconds(2));
 * connection.send(request(id)); // an answer is not missed, however fast it is
 * return answer.join();
 * // ... and where answers arrive:
 * WakeOutcome<Answer> outcome = answers.wake(message.id(), message);
 * }</pre>
 *
 * <p>A key has one waiter at a time. A value given to {@link #wake} ends up in exactly one place:
 * with the waiter, in the store if the map has one, in the {@linkplain WakeOutcome outcome}
 * returned by {@code wake}, or, if it was evicted from the store, with {@code onUndelivered}. By
 * default an early wake, for a key nobody is waiting for, is handed back; a map created with {@link
 * EarlyWakes} stores it. A map that remembers which keys were waited for distinguishes late values
 * and duplicates, and stores neither.
 *
 * <p>A value that came stays with the waiter's future, whether or not anybody reads it. Whatever
 * else completes that future ({@code cancel}, {@code complete}, {@code orTimeout} and the like)
 * ends the wait: when that call returns, nobody is waiting for the key.
 *
 * <p>Stages that depend on a future and have no executor never run on the thread that wakes, fails,
 * closes or measures time. They run
 *
 * <ul>
 *   <li>on a thread of the map, if they were added before the map completed the future; there are
 *       at most 64 of these, and none when idle, so use the {@code Async} methods for stages that
 *       block for long;
 *   <li>on the thread that adds them, if the future is already complete;
 *   <li>on the thread that completes the future from outside, as in the JDK.
 * </ul>
 *
 * Callers that query the future itself or block on it get the outcome at once, whatever its stages
 * do.
 *
 * <p>Keys are compared with {@code equals}, which is called on the key passed in. An exception from
 * a key's {@code equals} or {@code hashCode} reaches the caller that waits or wakes, and leaves the
 * map unchanged. Ending a wait calls no method of a key, so a key that has been mutated, or throws,
 * does not get in the way. The cost of an operation does not depend on the number of waiters,
 * except for {@link #waitingKeys}, {@link #failAll} and {@link #close}, which concern all of them.
 * Safe to use from any thread; nothing here blocks. A null argument causes an {@link
 * IllegalArgumentException}, but values may be null.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class AsyncWaitMap<K, V extends @Nullable Object> implements AutoCloseable {
  final WaitTable<K, V> table;

  /** Set if the map owns its clock, which then ends with it. */
  private final @Nullable SystemTimer ownTimer;

  AsyncWaitMap(WaitTable<K, V> table, @Nullable SystemTimer ownTimer) {
    this.table = table;
    this.ownTimer = ownTimer;
  }

  /**
   * Creates a map that hands early wakes back.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the map
   */
  public static <K, V extends @Nullable Object> AsyncWaitMap<K, V> create() {
    return AsyncWaitMap.<K, V>builder().build();
  }

  /**
   * Returns a builder with the default settings.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return a new builder
   */
  public static <K, V extends @Nullable Object> Builder<K, V> builder() {
    return new Builder<>();
  }

  /**
   * Starts waiting for {@code key}: a wake after this call is not missed. The wait lasts until a
   * value comes, the future is completed in another way, or the map is closed; a wait that is never
   * ended stays forever, so give it a timeout, or cancel it.
   *
   * @param key the key to wait for
   * @return a future that completes with the value; with the cause the wait is {@linkplain #fail
   *     failed} with; with a {@link dev.offload.WaitMapClosedException} if the map is closed first
   * @throws IllegalArgumentException if the key is null
   * @throws dev.offload.DuplicateWaiterException if the key already has a waiter; the existing wait
   *     is not affected
   * @throws dev.offload.WaitMapClosedException if the map is closed
   */
  public CompletableFuture<V> await(K key) {
    return WaitFuture.park(table, Require.notNull("key", key), null);
  }

  /**
   * As {@link #await(Object)}, with a timeout. For a value on timeout, use the JDK: {@code
   * await(key).completeOnTimeout(null, 2, SECONDS)} ends the wait, too.
   *
   * @param key the key to wait for
   * @param timeout how long to wait; capped at 292 years
   * @return a future as of {@link #await(Object)}; on timeout it completes with an {@link
   *     dev.offload.OffloadTimeoutException}, and the wait has then ended
   * @throws IllegalArgumentException if an argument is null, or the time is not longer than zero
   * @throws dev.offload.DuplicateWaiterException as {@link #await(Object)}
   * @throws dev.offload.WaitMapClosedException as {@link #await(Object)}
   */
  public CompletableFuture<V> await(K key, Duration timeout) {
    Require.notNull("key", key);
    Duration limit = WaitTable.checkTimeout(Require.notNull("timeout", timeout));
    return WaitFuture.park(table, key, limit);
  }

  /**
   * Gives {@code value} to the waiter of {@code key}.
   *
   * @param key the key to wake
   * @param value the value for the waiter; may be null
   * @return where the value went; contains the value if it was not taken
   * @throws IllegalArgumentException if the key is null
   */
  public WakeOutcome<V> wake(K key, V value) {
    return table.wake(Require.notNull("key", key), value);
  }

  /**
   * Ends the wait for {@code key}: its future completes with exactly {@code cause}. A value that is
   * stored, or has already been given to the waiter, is not affected. If a value, a completion from
   * outside, a time limit or a close would end the wait at the same time, exactly one of them does.
   *
   * @param key the key whose wait ends
   * @param cause the exception for the waiter
   * @return true if there was a waiter, which gets the cause; false if nothing changed
   * @throws IllegalArgumentException if an argument is null, or the cause is a {@code
   *     CancellationException}: the waiter would look as if it were cancelled itself
   */
  public boolean fail(K key, Throwable cause) {
    return table.fail(Require.notNull("key", key), Require.notNull("cause", cause));
  }

  /**
   * Ends all current waits with exactly {@code cause}, as {@link #fail} does, and leaves the map
   * open: for a connection that will be re-established, for example. A wait that begins in reaction
   * to another one's failure is not ended; one that begins concurrently may be. Every waiter is
   * notified, whatever the stages of another one do.
   *
   * @param cause the exception for the waiters
   * @return how many waiters get the cause
   * @throws IllegalArgumentException if the cause is null or a {@code CancellationException};
   *     nothing has then changed
   */
  public int failAll(Throwable cause) {
    return table.failAll(Require.notNull("cause", cause));
  }

  /**
   * Returns the keys that are waited for, in no particular order. Waits that begin or end
   * concurrently may or may not be included, and a key whose wait ended and began again may be
   * included twice. Takes time proportional to the number of waiters, and compares no keys.
   *
   * @return the keys, as an immutable list
   */
  public List<K> waitingKeys() {
    return table.waitingKeys();
  }

  /** As {@link #close(Throwable)}, without a cause. */
  @Override
  public void close() {
    closeFor(null);
  }

  /**
   * Ends all waits, current and future, with a {@link dev.offload.WaitMapClosedException}. Values
   * already given are still delivered; stored ones go to {@code onUndelivered}, after all waiters
   * have been notified. Does not wait for anything else. Idempotent: the first cause stays.
   *
   * @param cause becomes the cause of the exceptions of all waiters
   * @throws IllegalArgumentException if the cause is null
   */
  public void close(Throwable cause) {
    closeFor(Require.notNull("cause", cause));
  }

  private void closeFor(@Nullable Throwable cause) {
    table.close(cause);
    if (ownTimer != null) {
      ownTimer.stop();
    }
  }

  /**
   * Returns whether the map has been closed.
   *
   * @return true if it has
   */
  public boolean isClosed() {
    return table.isClosed();
  }

  /**
   * Returns the number of waiters, which may be out of date as soon as it is read.
   *
   * @return the number
   */
  public int size() {
    return table.size();
  }

  /** Returns the name and the number of waiters, without any key. */
  @Override
  public String toString() {
    return table.toString();
  }

  /**
   * Builds a map; not thread-safe.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   */
  public static final class Builder<K, V extends @Nullable Object> {
    private String name = "wait map";
    private @Nullable EarlyWakes early;
    private int remember;
    private @Nullable BiConsumer<? super K, ? super V> onUndelivered;

    private Builder() {}

    /**
     * Sets the name in messages.
     *
     * @param name the name; shown as given
     * @return this builder
     */
    public Builder<K, V> name(String name) {
      this.name = Require.notNull("name", name);
      return this;
    }

    /**
     * Makes the map store values for keys nobody is waiting for yet.
     *
     * @param bounds how many, and for how long
     * @return this builder
     */
    public Builder<K, V> earlyWakes(EarlyWakes bounds) {
      this.early = Require.notNull("bounds", bounds);
      return this;
    }

    /**
     * Makes the map remember keys after their wait has ended, so that {@link WakeOutcome.NoMatch}
     * distinguishes late values and duplicates. These are not stored. Each operation then takes one
     * lock of the map.
     *
     * @param keys how many of the most recent keys; 0, the default, for none
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder<K, V> remember(int keys) {
      this.remember = WaitTable.checkRemembered(keys);
      return this;
    }

    /**
     * Sets the consumer of values, with their keys, that were stored but reached nobody. Without it
     * such values are dropped. It runs on the thread that detects this, delays nobody else however
     * long it takes, and may use the map; its exceptions are logged.
     *
     * @param consumer receives the values
     * @return this builder
     */
    public Builder<K, V> onUndelivered(BiConsumer<? super K, ? super V> consumer) {
      this.onUndelivered = Require.notNull("consumer", consumer);
      return this;
    }

    /**
     * Builds the map.
     *
     * @return the map
     */
    public AsyncWaitMap<K, V> build() {
      SystemTimer timer = new SystemTimer("offload-timer-" + name);
      SidePool callbacks = new SidePool("offload-callback-" + name);
      return new AsyncWaitMap<>(
          new WaitTable<>(name, timer, early, remember, onUndelivered, callbacks), timer);
    }
  }
}
