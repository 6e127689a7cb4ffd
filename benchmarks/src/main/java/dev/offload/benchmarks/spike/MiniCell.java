package dev.offload.benchmarks.spike;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The least a job needs: an entry in a map, one word of state and leases, an outcome decided once,
 * one waiter.
 *
 * <p>Does: unique keys, begin, end with a value or an exception, cancel, removal before the waiter
 * is told. Does not: joins, successors, several waiters, scopes, counters, limits, listeners,
 * timestamps.
 */
public final class MiniCell {

  /** What runs the work of a cell; as {@code JobBody} of the library. */
  public interface Body {
    /** Hands the work over to what runs it. */
    void startBody(MiniCell cell);

    /** Asks the work to end. */
    void stopBody();
  }

  private static final VarHandle WORD;
  private static final VarHandle WAITER;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(MiniCell.class, "word", long.class);
      WAITER = MethodHandles.lookup().findVarHandle(MiniCell.class, "waiter", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int QUEUED = 0;
  private static final int RUNNING = 1;
  private static final int CANCELLING = 2;
  private static final int SUCCEEDED = 3;
  private static final int FAILED = 4;
  private static final int CANCELLED = 5;
  private static final int STATE_MASK = 7;
  private static final long ONE_LEASE = 8;

  private static final Object TOLD = new Object();

  private final Object key;
  private final ConcurrentHashMap<Object, MiniCell> registry;
  private @Nullable Body body;
  private @Nullable Object outcome;

  @SuppressWarnings("FieldMayBeFinal") // written through WORD
  private volatile long word = QUEUED | ONE_LEASE;

  @SuppressWarnings("FieldMayBeFinal") // written through WAITER
  private volatile @Nullable Object waiter = null;

  private MiniCell(ConcurrentHashMap<Object, MiniCell> registry, Object key, Body body) {
    this.registry = registry;
    this.key = key;
    this.body = body;
  }

  /** Registers a job and starts it. */
  public static MiniCell submit(
      ConcurrentHashMap<Object, MiniCell> registry, Object key, Body body) {
    MiniCell cell = new MiniCell(registry, key, body);
    if (registry.putIfAbsent(key, cell) != null) {
      throw new IllegalStateException("the keys of a spike are unique");
    }
    body.startBody(cell);
    return cell;
  }

  /** The body starts now; false if it must not. */
  public boolean begin() {
    return move(QUEUED, RUNNING);
  }

  /** The body has ended with a value. */
  public void succeed(@Nullable Object value) {
    end(SUCCEEDED, value);
  }

  /** The body has ended with an exception. */
  public void fail(Throwable failure) {
    end(FAILED, failure);
  }

  private void end(int to, @Nullable Object result) {
    outcome = result;
    if (move(RUNNING, to) || move(CANCELLING, CANCELLED)) {
      ended();
    }
  }

  /** Cancels the job. */
  public void cancel() {
    Body stopped = body;
    boolean unstarted = move(QUEUED, CANCELLED);
    if (!unstarted && !move(RUNNING, CANCELLING)) {
      return;
    }
    if (stopped != null) {
      stopped.stopBody();
    }
    if (unstarted) {
      ended();
    } else {
      tell();
    }
  }

  private void ended() {
    body = null;
    registry.remove(key, this);
    tell();
  }

  private void tell() {
    if (WAITER.getAndSet(this, TOLD) instanceof Runnable told) {
      told.run();
    }
  }

  /** Registers the one waiter; false if the outcome is decided already. */
  public boolean await(Runnable newWaiter) {
    return waiter == null && WAITER.compareAndSet(this, null, newWaiter);
  }

  /** Takes the waiter back. */
  public void takeBack(Runnable oldWaiter) {
    WAITER.compareAndSet(this, oldWaiter, null);
  }

  /** Whether the outcome is decided. */
  public boolean isDecided() {
    return (word & STATE_MASK) >= CANCELLING;
  }

  /** The outcome. */
  public @Nullable Object value() throws Throwable {
    int state = (int) word & STATE_MASK;
    if (state == SUCCEEDED) {
      return outcome;
    }
    throw state == FAILED && outcome instanceof Throwable failure
        ? failure
        : new IllegalStateException("cancelled");
  }

  private boolean move(int from, int to) {
    for (; ; ) {
      long w = word;
      if ((w & STATE_MASK) != from) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w - from + to)) {
        return true;
      }
    }
  }
}
