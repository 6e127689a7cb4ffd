package dev.offload.coroutines.internal;

import dev.offload.CancelReason;
import dev.offload.DuplicateWaiterException;
import dev.offload.EarlyWakes;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadException;
import dev.offload.OffloadTimeoutException;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.coroutines.internal.Filed.Sought;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which key: the protocol of a wait map, without the waiting itself, which is the
 * {@link WaitSlot}'s.
 *
 * <pre>
 *   step                 | linearization point              | entry  | slot
 *   ---------------------|----------------------------------|--------|----------------
 *   park                 | putIfAbsent                      | in     | empty
 *   wake, somebody waits | remove(sought)                   | out    | value, or ended
 *   leave, timeOut       | remove(slot), or the end         | out    | ended, or value
 *   close                | `closed` is set                  | out    | ended, or value
 * </pre>
 *
 * <p>Why no value is lost or seen twice: an entry is taken out by one wake at most, which then owns
 * the right to give; the slot takes one value or one end. If the slot ended while the entry was in
 * the hands of a wake, that wake still has its value and starts again, as if the waiter had gone
 * first. Entries go out before slots end, so who was told that a wait has ended can wait for its
 * key again.
 *
 * <p>Why a wake racing a close never finds nothing: {@code closed} is set before entries go, and
 * wake looks at it after it found no entry. Why nobody waits at a closed map: park looks at {@code
 * closed} after its entry is in, and the close ends all entries that were in before it looked. A
 * park that comes too late takes its entry out again, and was never there, unless somebody met the
 * entry before the close: a wake that took it, or one who was refused because of it and said so in
 * {@code met} before looking at {@code closed} once more. Then it was in time, and the close ends
 * it.
 *
 * <p>With early wakes, park without a waiter and wake without one decide under the lock of {@code
 * early}: for one key there is never both a waiter and a stored value. No slot and no timer is
 * called under it, and of the users' code only the {@code equals} of the key that is looked for.
 *
 * <p>What users wrote is called by those who can bear it: a key's {@code hashCode} and {@code
 * equals} by who parks or wakes with it, before anything has changed (what is in is taken out by
 * identity, see {@link Filed}); a clock with its value or wait still outside; {@code onUndelivered}
 * last, when nobody has anything more to expect from this thread. Slots answer for the rest.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class WaitTable<K, V extends @Nullable Object> {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final ConcurrentHashMap<Filed<K>, WaitSlot<K, V>> waiters = new ConcurrentHashMap<>();
  private final String name;
  private final OffloadTimer timer;
  private final @Nullable BiConsumer<? super K, ? super V> onUndelivered;
  private final @Nullable EarlyValues<K, V> early;
  private final Duration maxAge;
  private final SideThreads.Lane callbacks;

  /** Null while open; written once, under the lock on {@code early}, or on this. */
  private volatile @Nullable Supplier<WaitMapClosedException> closed;

  /**
   * Makes an open table.
   *
   * @param name of the map, in messages
   * @param timer for early values, and for waits that have no clock of their own
   * @param earlyWakes what to store, or null for nothing
   * @param onUndelivered is given values that miss their waiter or fall out of the store
   * @param callbacks runs what may block a waker, a closer or the timer; must not throw
   */
  public WaitTable(
      String name,
      OffloadTimer timer,
      @Nullable EarlyWakes earlyWakes,
      @Nullable BiConsumer<? super K, ? super V> onUndelivered,
      SideThreads.Lane callbacks) {
    this.name = name;
    this.callbacks = callbacks;
    this.timer = timer;
    this.onUndelivered = onUndelivered;
    this.early = earlyWakes == null ? null : new EarlyValues<>(earlyWakes.maxStored());
    this.maxAge = earlyWakes == null ? Duration.ZERO : earlyWakes.maxAge();
  }

  /**
   * Lets {@code slot} wait for its key, or gives it the stored value.
   *
   * @throws DuplicateWaiterException if another one waits for the key
   * @throws WaitMapClosedException if the map is closed
   */
  public void park(WaitSlot<K, V> slot) {
    throwIfClosed();
    if (early != null) {
      parkOrTake(early, slot);
      return;
    }
    WaitSlot<K, V> other = putIfAbsent(slot);
    if (other != null) {
      throwIfClosed();
      other.met = true;
      throwIfClosed();
      throw new DuplicateWaiterException(name);
    }
    Supplier<WaitMapClosedException> why = closed;
    if (why != null) {
      boolean unseen = takeOut(slot) && !slot.met;
      slot.end(why);
      if (unseen) {
        throw why.get();
      }
    }
  }

  private void parkOrTake(EarlyValues<K, V> early, WaitSlot<K, V> slot) {
    Sought<K> sought = new Sought<>(slot);
    EarlyValues.Stored<K, V> stored;
    synchronized (early) {
      throwIfClosed();
      stored = early.take(sought);
      if (stored == null && putIfAbsent(slot) != null) {
        throw new DuplicateWaiterException(name);
      }
    }
    if (stored != null) {
      OffloadTimer.cancel(stored.expiry);
      slot.give(stored.value);
    }
  }

  private @Nullable WaitSlot<K, V> putIfAbsent(WaitSlot<K, V> slot) {
    slot.looking = true;
    try {
      return waiters.putIfAbsent(slot, slot);
    } finally {
      slot.looking = false;
    }
  }

  /** Gives {@code value} to who waits for {@code key}, stores it, or hands it back. */
  public WakeOutcome<V> wake(K key, V value) {
    if (closed != null) {
      return new WakeOutcome.Closed<>(value);
    }
    Sought<K> sought = new Sought<>(key);
    while (true) {
      if (closed != null) {
        return new WakeOutcome.Closed<>(value);
      }
      WaitSlot<K, V> slot = waiters.remove(sought);
      if (slot != null) {
        if (slot.give(value)) {
          return new WakeOutcome.Woke<>();
        }
      } else if (early == null) {
        return closed == null ? new WakeOutcome.NoMatch<>(value) : new WakeOutcome.Closed<>(value);
      } else {
        WakeOutcome<V> outcome = store(early, sought, value);
        if (outcome != null) {
          return outcome;
        }
      }
    }
  }

  /** Null if somebody waits for the key by now. */
  private @Nullable WakeOutcome<V> store(EarlyValues<K, V> early, Sought<K> sought, V value) {
    EarlyValues.Stored<K, V> newcomer = new EarlyValues.Stored<>(sought, value);
    boolean timed = time(early, newcomer);
    WakeOutcome<V> outcome;
    EarlyValues.Stored<K, V> fallenOut = null;
    try {
      synchronized (early) {
        if (closed != null) {
          outcome = new WakeOutcome.Closed<>(value);
        } else if (waiters.containsKey(sought)) {
          outcome = null;
        } else if (!timed || early.contains(sought)) {
          outcome = new WakeOutcome.NoMatch<>(value);
        } else {
          outcome = new WakeOutcome.Stored<>();
          fallenOut = early.add(newcomer);
        }
      }
    } catch (Throwable e) { // the key's equals
      OffloadTimer.cancel(newcomer.expiry);
      throw e;
    }
    if (!(outcome instanceof WakeOutcome.Stored)) {
      OffloadTimer.cancel(newcomer.expiry);
    }
    if (fallenOut != null) {
      OffloadTimer.cancel(fallenOut.expiry);
      undelivered(fallenOut.key, fallenOut.value);
    }
    return outcome;
  }

  /**
   * False if the clock fails: what could not be thrown out again is not stored, but handed back.
   */
  private boolean time(EarlyValues<K, V> early, EarlyValues.Stored<K, V> newcomer) {
    try {
      newcomer.expiry = timer.schedule(maxAge, () -> expire(early, newcomer));
      return true;
    } catch (Throwable e) {
      Log.warn(name + ": its clock threw, so a value was not stored", e);
      return false;
    }
  }

  private void expire(EarlyValues<K, V> early, EarlyValues.Stored<K, V> stored) {
    boolean out;
    synchronized (early) {
      out = early.expire(stored);
    }
    if (!out) {
      return;
    }
    if (timer.isVirtual()) {
      undelivered(stored.key, stored.value);
    } else { // the timer has other limits to tell
      callbacks.run(() -> undelivered(stored.key, stored.value));
    }
  }

  /** Ends a wait that its holder gives up; a value that is on its way then finds the slot ended. */
  public void leave(WaitSlot<K, V> slot) {
    boolean unused = takeOut(slot);
    slot.end(this::gaveUp);
  }

  /** Ends a wait whose time is over; a value that is in already still arrives. */
  public void timeOut(WaitSlot<K, V> slot, Duration limit) {
    boolean unused = takeOut(slot);
    slot.end(() -> OffloadTimeoutException.noValue(name, limit));
  }

  /** Takes the entry out, for who then ends the slot; false if somebody else took it. */
  public boolean takeOut(WaitSlot<K, V> slot) {
    return waiters.remove(slot, slot);
  }

  /**
   * Ends all waits, and refuses later ones. Idempotent: the first cause stays.
   *
   * @param cause told to all waiters
   */
  public void close(@Nullable Throwable cause) {
    Supplier<WaitMapClosedException> why = () -> new WaitMapClosedException(name, cause);
    List<EarlyValues.Stored<K, V>> stored = List.of();
    synchronized (early == null ? this : early) {
      if (closed != null) {
        return;
      }
      closed = why;
      if (early != null) {
        stored = early.takeAll();
      }
    }
    waiters.forEach((key, slot) -> end(slot, why));
    waiters.clear(); // what comes in now ends itself
    stored.forEach(value -> OffloadTimer.cancel(value.expiry));
    stored.forEach(value -> undelivered(value.key, value.value)); // may take long, so they are last
  }

  private void end(WaitSlot<K, V> slot, Supplier<WaitMapClosedException> why) {
    try {
      slot.end(why);
    } catch (Throwable e) { // no memory left, say; the others are told still
      Log.warn(name + ": a waiter could not be told of the close", e);
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed != null;
  }

  /** How many wait. */
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, waiters.mappingCount());
  }

  /** Tells of a value that reached nobody; what the user's code throws is logged. */
  public void undelivered(K key, V value) {
    if (onUndelivered == null) {
      return;
    }
    try {
      onUndelivered.accept(key, value);
    } catch (Throwable e) {
      Log.warn(name + ": onUndelivered threw", e);
    }
  }

  /** Runs what may block or be slow, as stages and dispatchers of users. */
  public SideThreads.Lane callbacks() {
    return callbacks;
  }

  /** The clock for waits that bring none. */
  public OffloadTimer timer() {
    return timer;
  }

  /** The name, in messages. */
  String name() {
    return name;
  }

  /**
   * Checks how long a wait may last.
   *
   * @return the limit, at most what can be timed
   * @throws IllegalArgumentException if it is not longer than zero
   */
  public static Duration checkTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be longer than zero, but is " + timeout);
    }
    return timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
  }

  /** What is told to those whose wait was given up. */
  public OffloadException gaveUp() {
    return new OffloadCancelledException(name + ": the wait", CancelReason.CANCELLED);
  }

  private void throwIfClosed() {
    Supplier<WaitMapClosedException> why = closed;
    if (why != null) {
      throw why.get();
    }
  }

  @Override
  public String toString() {
    return "WaitMap(" + name + ", " + size() + (isClosed() ? " waiting, closed)" : " waiting)");
  }
}
