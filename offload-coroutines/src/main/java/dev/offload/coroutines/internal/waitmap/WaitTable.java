package dev.offload.coroutines.internal.waitmap;

import dev.offload.CancelReason;
import dev.offload.DuplicateWaiterException;
import dev.offload.EarlyWakes;
import dev.offload.NoMatchReason;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadException;
import dev.offload.OffloadTimeoutException;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.coroutines.internal.threads.Log;
import dev.offload.coroutines.internal.threads.SidePool;
import dev.offload.coroutines.internal.time.OffloadTimer;
import dev.offload.coroutines.internal.waitmap.Filed.Sought;
import dev.offload.coroutines.internal.waitmap.PastWaits.Past;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which key: the protocol of a wait map, without the waiting itself, which is up to
 * the {@link WaitSlot}.
 *
 * <pre>
 *   step                 | linearization point              | entry  | slot
 *   ---------------------|----------------------------------|--------|----------------
 *   park                 | putIfAbsent                      | in     | empty
 *   wake with a waiter   | remove(sought)                   | out    | value, or ended
 *   fail with a waiter   | remove(sought)                   | out    | ended, or value
 *   leave, timeOut       | remove(slot), or the end         | out    | ended, or value
 *   close                | `closed` is set                  | out    | ended, or value
 * </pre>
 *
 * <p>Why no value is lost or delivered twice: an entry is removed by at most one wake, which then
 * has the exclusive right to give; the slot takes one value or one end. If the slot ended after a
 * wake had taken its entry, that wake still has its value and starts again, as if the waiter had
 * left first; so does a fail. Entries are removed before slots end, so a caller notified that its
 * wait has ended can wait for the key again. To fail all is to fail each entry seen in one
 * traversal; it notifies no waiter before the traversal is complete, so it fails no wait that began
 * because of it.
 *
 * <p>Why a wake racing a close never reports no match: {@code closed} is set before entries are
 * removed, and wake checks it after finding no entry. Why nothing waits at a closed map: park
 * checks {@code closed} after adding its entry, and the close ends all entries that were added
 * before its traversal. A park that is too late removes its entry again, and never took effect,
 * unless another operation met the entry before the close: a wake that took it, or a park that was
 * rejected because of it and set {@code met} before checking {@code closed} once more. Then it was
 * in time, and the close ends it.
 *
 * <p>With early wakes or past waits, a park without a waiter and a wake without one decide under
 * the lock; with past waits, entries are removed under it, too. So for one key there is at most one
 * of a waiter, a stored value and a past wait. No slot and no timer is called under the lock, and
 * of user code only the {@code equals} of the key that is looked up, before anything has changed. A
 * key is recorded as woken when a wake takes its entry; that wake corrects it if the wait has
 * ended. A wake in between is reported as a duplicate, and is the second to wake.
 *
 * <p>User code is called only where it can do no harm: a key's {@code hashCode} and {@code equals}
 * by a park or wake with that key, before anything has changed (entries are removed by identity,
 * see {@link Filed}); a clock while its value or wait is not in the table; {@code onUndelivered}
 * last, when nobody depends on this thread any more. Slots are responsible for the rest.
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
  private final Object lock = new Object();
  private final @Nullable EarlyValues<K, V> early;
  private final Duration maxAge;
  final @Nullable PastWaits<K> past;
  private final SidePool callbacks;

  /** Null while open; written once, under the lock. */
  private volatile @Nullable Supplier<WaitMapClosedException> closed;

  /**
   * Creates an open table.
   *
   * @param name the name of the map, for messages
   * @param timer for early values, and for waits that have no clock of their own
   * @param earlyWakes what to store, or null for nothing
   * @param remembered the number of past waits to remember
   * @param onUndelivered receives values that miss their waiter or are evicted
   * @param callbacks runs what may block a waking or closing thread or the timer; must not throw
   */
  public WaitTable(
      String name,
      OffloadTimer timer,
      @Nullable EarlyWakes earlyWakes,
      int remembered,
      @Nullable BiConsumer<? super K, ? super V> onUndelivered,
      SidePool callbacks) {
    this.name = name;
    this.callbacks = callbacks;
    this.timer = timer;
    this.onUndelivered = onUndelivered;
    this.early = earlyWakes == null ? null : new EarlyValues<>(earlyWakes.maxStored());
    this.maxAge = earlyWakes == null ? Duration.ZERO : earlyWakes.maxAge();
    this.past = checkRemembered(remembered) == 0 ? null : new PastWaits<>(remembered);
  }

  /**
   * Makes {@code slot} wait for its key, or gives it the stored value.
   *
   * @throws DuplicateWaiterException if another slot waits for the key
   * @throws WaitMapClosedException if the map is closed
   */
  public void park(WaitSlot<K, V> slot) {
    throwIfClosed();
    if (early != null || past != null) {
      parkOrTake(slot);
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

  private void parkOrTake(WaitSlot<K, V> slot) {
    Sought<K> sought = new Sought<>(slot);
    EarlyValues.Stored<K, V> stored;
    synchronized (lock) {
      throwIfClosed();
      Past<K> before = past == null ? null : past.find(sought);
      stored = early == null ? null : early.take(sought);
      if (stored == null && putIfAbsent(slot) != null) {
        throw new DuplicateWaiterException(name);
      }
      if (past != null && before != null) {
        past.forget(before);
      }
      if (past != null && stored != null) {
        past.add(Past.woken(slot));
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

  /** Gives {@code value} to the waiter for {@code key}, stores it, or hands it back. */
  public WakeOutcome<V> wake(K key, V value) {
    if (closed != null) {
      return new WakeOutcome.Closed<>(value);
    }
    Sought<K> sought = new Sought<>(key);
    while (true) {
      if (closed != null) {
        return new WakeOutcome.Closed<>(value);
      }
      Past<K> woken = past == null ? null : Past.woken(sought);
      WaitSlot<K, V> slot = take(sought, woken);
      if (slot != null) {
        if (slot.give(value)) {
          return new WakeOutcome.Woke<>();
        }
        missed(woken);
      } else if (early == null && past == null) {
        return closed == null ? new WakeOutcome.NoMatch<>(value) : new WakeOutcome.Closed<>(value);
      } else {
        WakeOutcome<V> outcome = storeOrHandBack(sought, value);
        if (outcome != null) {
          return outcome;
        }
      }
    }
  }

  /**
   * Ends the wait for {@code key} with {@code cause}. Stored values are not affected.
   *
   * @return whether there was a waiter and it got this cause
   * @throws IllegalArgumentException if the cause would signal cancellation to the waiter
   */
  public boolean fail(K key, Throwable cause) {
    Supplier<Throwable> why = told(cause);
    Sought<K> sought = new Sought<>(key);
    while (closed == null) {
      WaitSlot<K, V> slot = take(sought, past == null ? null : Past.missed(sought));
      if (slot == null) {
        return false;
      }
      if (slot.end(why)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Ends all current waits with {@code cause}; the map stays open.
   *
   * @return the number of waiters that got this cause
   * @throws IllegalArgumentException if the cause would signal cancellation to the waiters
   */
  public int failAll(Throwable cause) {
    Supplier<Throwable> why = told(cause);
    int failed = 0;
    for (WaitSlot<K, V> slot : new ArrayList<>(waiters.values())) {
      if (closed == null && takeOut(slot) && end(slot, why)) {
        failed++;
      }
    }
    return failed;
  }

  private static Supplier<Throwable> told(Throwable cause) {
    if (cause instanceof CancellationException) {
      throw new IllegalArgumentException(
          "cause must not be a CancellationException, which tells who waits that it is cancelled"
              + " itself",
          cause);
    }
    return () -> cause;
  }

  /** Removes the waiter for a key, and if there was one, remembers {@code as}. */
  private @Nullable WaitSlot<K, V> take(Sought<K> sought, @Nullable Past<K> as) {
    if (past == null || as == null) {
      return waiters.remove(sought);
    }
    synchronized (lock) {
      WaitSlot<K, V> slot = waiters.remove(sought);
      if (slot != null) {
        past.add(as);
      }
      return slot;
    }
  }

  private void missed(@Nullable Past<K> woken) {
    if (woken != null) {
      synchronized (lock) {
        woken.miss();
      }
    }
  }

  /** Null if there is a waiter for the key by now. */
  private @Nullable WakeOutcome<V> storeOrHandBack(Sought<K> sought, V value) {
    EarlyValues.Stored<K, V> newcomer = early == null ? null : timed(early, sought, value);
    WakeOutcome<V> outcome;
    EarlyValues.Stored<K, V> fallenOut = null;
    try {
      synchronized (lock) {
        Past<K> before = past == null ? null : past.find(sought);
        if (closed != null) {
          outcome = new WakeOutcome.Closed<>(value);
        } else if (waiters.containsKey(sought)) {
          outcome = null;
        } else if (before != null) {
          outcome = new WakeOutcome.NoMatch<>(value, before.wake());
        } else if (early != null && early.contains(sought)) {
          outcome = new WakeOutcome.NoMatch<>(value, NoMatchReason.DUPLICATE);
        } else if (early == null || newcomer == null) {
          outcome = new WakeOutcome.NoMatch<>(value);
        } else {
          outcome = new WakeOutcome.Stored<>();
          fallenOut = early.add(newcomer);
        }
      }
    } catch (Throwable e) { // from the key's equals
      forget(newcomer);
      throw e;
    }
    if (!(outcome instanceof WakeOutcome.Stored)) {
      forget(newcomer);
    }
    if (fallenOut != null) {
      forget(fallenOut);
      undelivered(fallenOut.key, fallenOut.value);
    }
    return outcome;
  }

  private static void forget(EarlyValues.@Nullable Stored<?, ?> stored) {
    if (stored != null) {
      OffloadTimer.cancel(stored.expiry);
    }
  }

  /**
   * A value with its timer; null if the clock fails: a value that could not be evicted is not
   * stored, but handed back.
   */
  private EarlyValues.@Nullable Stored<K, V> timed(
      EarlyValues<K, V> early, Sought<K> sought, V value) {
    EarlyValues.Stored<K, V> newcomer = new EarlyValues.Stored<>(sought, value);
    try {
      newcomer.expiry = timer.schedule(maxAge, () -> expire(early, newcomer));
      return newcomer;
    } catch (Throwable e) {
      Log.warn(name + ": its clock threw, so a value was not stored", e);
      return null;
    }
  }

  private void expire(EarlyValues<K, V> early, EarlyValues.Stored<K, V> stored) {
    boolean out;
    synchronized (lock) {
      out = early.expire(stored);
    }
    if (!out) {
      return;
    }
    if (timer.isVirtual()) {
      undelivered(stored.key, stored.value);
    } else { // the timer has other limits to fire
      callbacks.run(() -> undelivered(stored.key, stored.value));
    }
  }

  /** Ends a wait that its holder gives up; a value in flight then finds the slot ended. */
  public void leave(WaitSlot<K, V> slot) {
    boolean unused = takeOut(slot);
    slot.end(this::gaveUp);
  }

  /** Ends a wait whose time is over; a value set before still arrives. */
  public void timeOut(WaitSlot<K, V> slot, Duration limit) {
    boolean unused = takeOut(slot);
    slot.end(new TimeOver(name, limit));
  }

  /** The end of a wait whose time is over; a type of its own distinguishes it from other ends. */
  public record TimeOver(String map, Duration limit) implements Supplier<OffloadTimeoutException> {
    @Override
    public OffloadTimeoutException get() {
      return OffloadTimeoutException.noValue(map, limit);
    }
  }

  /**
   * Removes the entry, for a caller that then ends the slot; false if another operation removed it.
   */
  public boolean takeOut(WaitSlot<K, V> slot) {
    if (past == null) {
      return waiters.remove(slot, slot);
    }
    Past<K> missed = Past.missed(slot);
    synchronized (lock) {
      boolean out = waiters.remove(slot, slot);
      if (out) {
        past.add(missed);
      }
      return out;
    }
  }

  /**
   * Ends all waits, and rejects later ones. Idempotent: the first cause stays.
   *
   * @param cause passed to all waiters
   */
  public void close(@Nullable Throwable cause) {
    Supplier<WaitMapClosedException> why = () -> new WaitMapClosedException(name, cause);
    List<EarlyValues.Stored<K, V>> stored = List.of();
    synchronized (lock) {
      if (closed != null) {
        return;
      }
      closed = why;
      if (early != null) {
        stored = early.takeAll();
      }
      if (past != null) {
        past.clear();
      }
    }
    waiters.values().forEach(slot -> end(slot, why));
    waiters.clear(); // an entry added from now on ends itself
    stored.forEach(WaitTable::forget);
    stored.forEach(value -> undelivered(value.key, value.value)); // last, as they may take long
  }

  private boolean end(WaitSlot<K, V> slot, Supplier<? extends Throwable> why) {
    try {
      return slot.end(why);
    } catch (Throwable e) { // out of memory, for example; the others must still be notified
      Log.warn(name + ": a waiter could not be told of its end", e);
      return false;
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed != null;
  }

  /** The number of waiters. */
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, waiters.mappingCount());
  }

  /** The keys with a waiter; one whose wait ends and begins again meanwhile may appear twice. */
  public List<K> waitingKeys() {
    List<K> keys = new ArrayList<>();
    waiters.values().forEach(slot -> keys.add(slot.key));
    return Collections.unmodifiableList(keys);
  }

  /** Reports a value that was not delivered; exceptions of user code are logged. */
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

  /** Runs code that may block or be slow, such as user stages and dispatchers. */
  public SidePool callbacks() {
    return callbacks;
  }

  /** The clock for waits without their own. */
  public OffloadTimer timer() {
    return timer;
  }

  /** The name, for messages. */
  public String name() {
    return name;
  }

  /**
   * Checks the maximum time of a wait.
   *
   * @return the limit, capped at what can be timed
   * @throws IllegalArgumentException if it is not longer than zero
   */
  public static Duration checkTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be longer than zero, but is " + timeout);
    }
    return timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
  }

  /**
   * Checks the number of past waits to remember.
   *
   * @return the number
   * @throws IllegalArgumentException if it is negative
   */
  public static int checkRemembered(int remembered) {
    if (remembered < 0) {
      throw new IllegalArgumentException("remember must not be negative, but is " + remembered);
    }
    return remembered;
  }

  /** The exception for a wait that was given up. */
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
