package dev.offload.async;

import dev.offload.EarlyWakes;
import dev.offload.WakeOutcome;
import dev.offload.coroutines.internal.SideThreads.Lane;
import dev.offload.coroutines.internal.SystemTimer;
import dev.offload.coroutines.internal.WaitTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A rendezvous by key: a caller waits for the value of a key (the answer to a message, a webhook, a
 * result of another thread), whoever has it wakes the key.
 *
 * <pre>{@code
 * CompletableFuture<Answer> answer = answers.await(id, Duration.ofSeconds(2));
 * connection.send(request(id)); // an answer is not missed, however fast it is
 * return answer.join();
 * // ... and where answers arrive:
 * WakeOutcome<Answer> outcome = answers.wake(message.id(), message);
 * }</pre>
 *
 * <p>A key has one waiter at a time. A value given to {@link #wake} ends in exactly one place: with
 * the waiter, in the store if the map has one, in the {@linkplain WakeOutcome outcome} handed back
 * to who woke, or, if it fell out of the store, with {@code onUndelivered}. By default an early
 * wake, for a key nobody waits for, is handed back; a map made with {@link EarlyWakes} stores it. A
 * map that remembers which keys were waited for tells late values and duplicates apart, and stores
 * neither.
 *
 * <p>A value that came is with the waiter's future for good, whether anybody looks or not. Whatever
 * else completes that future ({@code cancel}, {@code complete}, {@code orTimeout} and the like)
 * ends the wait: when it returns, nobody waits for the key.
 *
 * <p>Stages that depend on a future and were given no executor never run on the thread that wakes,
 * fails, closes or keeps the time. They run
 *
 * <ul>
 *   <li>on a thread of the map, if they were added before the future was answered; there are 64 of
 *       these at most, and none when there is nothing to do, so stages that block for long are
 *       better given to the {@code Async} methods;
 *   <li>on the thread that adds them, if the future was complete by then;
 *   <li>on the thread that completes the future from outside, as in the JDK.
 * </ul>
 *
 * Whoever asks or blocks on the future itself is answered at once, whatever its stages do.
 *
 * <p>Keys are compared with {@code equals}, which is called on the key that is looked for. What a
 * key throws there or in {@code hashCode} reaches who waits or wakes, and nothing has changed then.
 * To end a wait no key is asked, so a key that has changed meanwhile, or throws, holds nothing up.
 * No operation's cost depends on how many wait, but for {@link #waitingKeys}, {@link #failAll} and
 * {@link #close}, which have to do with all of them. Safe to use from any thread; nothing here
 * blocks. A null argument gives an {@link IllegalArgumentException}, but values may be null.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class AsyncWaitMap<K, V extends @Nullable Object> implements AutoCloseable {
  final WaitTable<K, V> table;

  /** Set if the clock is this map's own, and so ends with it. */
  private final @Nullable SystemTimer ownTimer;

  AsyncWaitMap(WaitTable<K, V> table, @Nullable SystemTimer ownTimer) {
    this.table = table;
    this.ownTimer = ownTimer;
  }

  /**
   * Makes a map that hands early wakes back.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the map
   */
  public static <K, V extends @Nullable Object> AsyncWaitMap<K, V> create() {
    return AsyncWaitMap.<K, V>builder().build();
  }

  /**
   * Starts from default settings.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return a new builder
   */
  public static <K, V extends @Nullable Object> Builder<K, V> builder() {
    return new Builder<>();
  }

  /**
   * Begins to wait for {@code key}: a wake after this call is not missed. The wait lasts until a
   * value comes, the future is completed otherwise, or the map is closed; one that is forgotten
   * stays for ever, so give it a time, or cancel it.
   *
   * @param key what to wait for
   * @return completed with the value; with what the wait is {@linkplain #fail failed} with; with a
   *     {@link dev.offload.WaitMapClosedException} if the map is closed first
   * @throws IllegalArgumentException if the key is null
   * @throws dev.offload.DuplicateWaiterException if somebody waits for the key already; that wait
   *     is not touched
   * @throws dev.offload.WaitMapClosedException if the map is closed
   */
  public CompletableFuture<V> await(K key) {
    return WaitFuture.park(table, Arguments.notNull("key", key), null);
  }

  /**
   * As {@link #await(Object)}, for at most so long. Who wants a value instead when the time is over
   * has it from the JDK: {@code await(key).completeOnTimeout(null, 2, SECONDS)} ends the wait, too.
   *
   * @param key what to wait for
   * @param timeout how long; more than 292 years counts as that
   * @return completed with the value, or else, also with an {@link
   *     dev.offload.OffloadTimeoutException}; nobody waits for the key then
   * @throws IllegalArgumentException if an argument is null, or the time is not longer than zero
   * @throws dev.offload.DuplicateWaiterException as {@link #await(Object)}
   * @throws dev.offload.WaitMapClosedException as {@link #await(Object)}
   */
  public CompletableFuture<V> await(K key, Duration timeout) {
    Arguments.notNull("key", key);
    Duration limit = WaitTable.checkTimeout(Arguments.notNull("timeout", timeout));
    return WaitFuture.park(table, key, limit);
  }

  /**
   * Gives {@code value} to who waits for {@code key}.
   *
   * @param key who is meant
   * @param value for the waiter; may be null
   * @return where the value went; what was not taken is in it
   * @throws IllegalArgumentException if the key is null
   */
  public WakeOutcome<V> wake(K key, V value) {
    return table.wake(Arguments.notNull("key", key), value);
  }

  /**
   * Ends the wait for {@code key}: its future completes with exactly {@code cause}. A value that is
   * stored, or was given to the waiter already, is not touched. Whatever ends a wait at the same
   * time, a value, a completion from outside, a time limit or a close, one of them does.
   *
   * @param key who is meant
   * @param cause what to tell
   * @return true if somebody waited and gets the cause; false if nothing has changed
   * @throws IllegalArgumentException if an argument is null, or the cause is a {@code
   *     CancellationException}: who waits would take itself for cancelled
   */
  public boolean fail(K key, Throwable cause) {
    return table.fail(Arguments.notNull("key", key), Arguments.notNull("cause", cause));
  }

  /**
   * Ends all waits of this moment with exactly {@code cause}, as {@link #fail} does, and leaves the
   * map open, as for a connection that is to be made anew. A wait that begins because another one
   * was told of it is not ended; one that begins while this runs may be. Each waiter is told,
   * whatever the stages of another one do.
   *
   * @param cause what to tell
   * @return how many get the cause
   * @throws IllegalArgumentException if the cause is null or a {@code CancellationException};
   *     nothing has changed then
   */
  public int failAll(Throwable cause) {
    return table.failAll(Arguments.notNull("cause", cause));
  }

  /**
   * Lists the keys that are waited for, in no order. What begins or ends meanwhile may be in or
   * not, and a key whose wait ended and began again may be in twice. Takes time in proportion to
   * those who wait, and compares no keys.
   *
   * @return the keys, as a list that does not change
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
   * Ends all waits, and those to come, with a {@link dev.offload.WaitMapClosedException}. Values
   * already given still arrive, stored ones go to {@code onUndelivered}, after all waiters were
   * told. Does not wait for anything else. Idempotent: the first cause stays.
   *
   * @param cause becomes the cause of the exceptions of all waiters
   * @throws IllegalArgumentException if the cause is null
   */
  public void close(Throwable cause) {
    closeFor(Arguments.notNull("cause", cause));
  }

  private void closeFor(@Nullable Throwable cause) {
    table.close(cause);
    if (ownTimer != null) {
      ownTimer.stop();
    }
  }

  /**
   * Tells whether the map was closed.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return table.isClosed();
  }

  /**
   * Counts the waiters: a value of the past as soon as it is read.
   *
   * @return how many wait
   */
  public int size() {
    return table.size();
  }

  /** Returns the name and how many wait, and no key. */
  @Override
  public String toString() {
    return table.toString();
  }

  /**
   * Collects the settings of a map; belongs to one thread.
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
      this.name = Arguments.notNull("name", name);
      return this;
    }

    /**
     * Lets the map store values for keys nobody waits for yet.
     *
     * @param bounds how many, and for how long
     * @return this builder
     */
    public Builder<K, V> earlyWakes(EarlyWakes bounds) {
      this.early = Arguments.notNull("bounds", bounds);
      return this;
    }

    /**
     * Lets the map remember keys when their wait has ended, so that {@link WakeOutcome.NoMatch}
     * tells late values and duplicates apart. What it tells so is not stored. Each operation takes
     * one lock of the map then.
     *
     * @param keys how many, the last ones; 0, which is the default, for none
     * @return this builder
     * @throws IllegalArgumentException if that is negative
     */
    public Builder<K, V> remember(int keys) {
      this.remember = WaitTable.checkRemembered(keys);
      return this;
    }

    /**
     * Sets who is given, with its key, each value that was stored and then reached nobody. Without
     * it such values are dropped. It runs on the thread that found out, holds up nobody else
     * however long it takes, and may use the map; what it throws is logged.
     *
     * @param consumer is given the values
     * @return this builder
     */
    public Builder<K, V> onUndelivered(BiConsumer<? super K, ? super V> consumer) {
      this.onUndelivered = Arguments.notNull("consumer", consumer);
      return this;
    }

    /**
     * Makes the map.
     *
     * @return the map
     */
    public AsyncWaitMap<K, V> build() {
      SystemTimer timer = new SystemTimer("offload-timer-" + name);
      Lane callbacks = new Lane("offload-callback-" + name);
      return new AsyncWaitMap<>(
          new WaitTable<>(name, timer, early, remember, onUndelivered, callbacks), timer);
    }
  }
}
