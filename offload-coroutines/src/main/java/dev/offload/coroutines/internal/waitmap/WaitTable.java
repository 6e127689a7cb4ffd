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
 * Who waits for which key: the protocol of a wait map, without the waiting itself, which is the
 * {@link WaitSlot}'s.
 *
 * <pre>
 *   step                 | linearization point              | entry  | slot
 *   ---------------------|----------------------------------|--------|----------------
 *   park                 | putIfAbsent                      | in     | empty
 *   wake, somebody waits | remove(sought)                   | out    | value, or ended
 *   fail, somebody waits | remove(sought)                   | out    | ended, or value
 *   leave, timeOut       | remove(slot), or the end         | out    | ended, or value
 *   close                | `closed` is set                  | out    | ended, or value
 * </pre>
 *
 * <p>Why no value is lost or seen twice: an entry is taken out by one wake at most, which then owns
 * the right to give; the slot takes one value or one end. If the slot ended while the entry was in
 * the hands of a wake, that wake still has its value and starts again, as if the waiter had gone
 * first; so does a fail. Entries go out before slots end, so who was told that a wait has ended can
 * wait for its key again. To fail all is to fail each of those that were in at one look around; it
 * tells nobody before it has looked, so it fails no wait that began because of it.
 *
 * <p>Why a wake racing a close never finds nothing: {@code closed} is set before entries go, and
 * wake looks at it after it found no entry. Why nobody waits at a closed map: park looks at {@code
 * closed} after its entry is in, and the close ends all entries that were in before it looked. A
 * park that comes too late takes its entry out again, and was never there, unless somebody met the
 * entry before the close: a wake that took it, or one who was refused because of it and said so in
 * {@code met} before looking at {@code closed} once more. Then it was in time, and the close ends
 * it.
 *
 * <p>With early wakes or past waits, park without a waiter and wake without one decide under the
 * lock; with past waits, entries go out under it, too. So for one key there is at most one of a
 * waiter, a stored value and a past wait. No slot and no timer is called under the lock, and of the
 * users' code only the {@code equals} of the key that is looked for, before anything has changed. A
 * key is remembered as woken when its entry goes into the hands of the wake, which corrects that if
 * the wait has ended: who wakes in between is told of a duplicate, and is the second to wake.
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
  private final Object lock = new Object();
  private final @Nullable EarlyValues<K, V> early;
  private final Duration maxAge;
  final @Nullable PastWaits<K> past;
  private final SidePool callbacks;

  /** Null while open; written once, under the lock. */
  private volatile @Nullable Supplier<WaitMapClosedException> closed;

  /**
   * Makes an open table.
   *
   * @param name of the map, in messages
   * @param timer for early values, and for waits that have no clock of their own
   * @param earlyWakes what to store, or null for nothing
   * @param remembered how many past waits to remember
   * @param onUndelivered is given values that miss their waiter or fall out of the store
   * @param callbacks runs what may block a waker, a closer or the timer; must not throw
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
   * Lets {@code slot} wait for its key, or gives it the stored value.
   *
   * @throws DuplicateWaiterException if another one waits for the key
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
   * Ends the wait for {@code key} with {@code cause}. Stored values are not touched.
   *
   * @return whether somebody waited and was told this
   * @throws IllegalArgumentException if the cause would tell the waiter that it is cancelled
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
   * Ends all waits of this moment with {@code cause}; the map stays open.
   *
   * @return how many were told this
   * @throws IllegalArgumentException if the cause would tell the waiters that they are cancelled
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

  /** Takes out the waiter of a key, and then remembers {@code as}. */
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

  /** Null if somebody waits for the key by now. */
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
    } catch (Throwable e) { // the key's equals
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
   * A value with its limit; null if the clock fails: what could not be thrown out again is not
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
    slot.end(new TimeOver(name, limit));
  }

  /** Why a wait has ended whose time is over, apart from all else that is told so. */
  public record TimeOver(String map, Duration limit) implements Supplier<OffloadTimeoutException> {
    @Override
    public OffloadTimeoutException get() {
      return OffloadTimeoutException.noValue(map, limit);
    }
  }

  /** Takes the entry out, for who then ends the slot; false if somebody else took it. */
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
   * Ends all waits, and refuses later ones. Idempotent: the first cause stays.
   *
   * @param cause told to all waiters
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
    waiters.clear(); // what comes in now ends itself
    stored.forEach(WaitTable::forget);
    stored.forEach(value -> undelivered(value.key, value.value)); // may take long, so they are last
  }

  private boolean end(WaitSlot<K, V> slot, Supplier<? extends Throwable> why) {
    try {
      return slot.end(why);
    } catch (Throwable e) { // no memory left, say; the others are told still
      Log.warn(name + ": a waiter could not be told of its end", e);
      return false;
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

  /** The keys somebody waits for; one whose wait begins anew meanwhile may be there twice. */
  public List<K> waitingKeys() {
    List<K> keys = new ArrayList<>();
    waiters.values().forEach(slot -> keys.add(slot.key));
    return Collections.unmodifiableList(keys);
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
  public SidePool callbacks() {
    return callbacks;
  }

  /** The clock for waits that bring none. */
  public OffloadTimer timer() {
    return timer;
  }

  /** The name, in messages. */
  public String name() {
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

  /**
   * Checks how many past waits a map is to remember.
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
