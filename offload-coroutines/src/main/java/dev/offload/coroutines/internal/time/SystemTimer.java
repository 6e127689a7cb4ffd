package dev.offload.coroutines.internal.time;

import dev.offload.coroutines.internal.threads.OwnThreads;
import dev.offload.coroutines.internal.threads.SideThreads;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Real time, kept by one thread that only hands over due tasks: a limit may trigger user code (a
 * listener, a stage of a caller's future), and one that blocks must not delay other limits. The
 * threads are daemons and exist only while there is something to time or was recently.
 *
 * <p>Setting or cancelling a limit puts an entry into a {@link TimerQueue} and wakes the clock in
 * only two cases: the entry is due before the clock would wake, or many have been added since it
 * last checked. So a stream of similar limits does not wake it for each, and ended limits do not
 * take space for long.
 *
 * <p>Why no entry is missed:
 *
 * <ul>
 *   <li>Awake or asleep: the clock publishes when it will wake, and checks again before it goes to
 *       sleep. A thread that adds an entry then reads what the clock published. One of the two sees
 *       the other.
 *   <li>Present or gone: the clock publishes that it ends, and checks again. A thread that adds an
 *       entry then checks whether there is a clock, and starts one if not. Of several that were
 *       started one claims the place; the others end at once.
 *   <li>A thread that fails to start or wake one, at the end of a stack or of memory, throws and
 *       has changed nothing for others: later ones check for themselves.
 * </ul>
 */
public final class SystemTimer implements OffloadTimer {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A tick is 2^20 nanoseconds, about one millisecond. */
  private static final int TICK_BITS = 20;

  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

  /** The clock checks after this many entries were added or cancelled. */
  private static final int MANY = 1024;

  /** For {@link #wakeTick}: the clock is awake and will check again. */
  private static final long AWAKE = Long.MIN_VALUE;

  private static final AtomicReferenceFieldUpdater<SystemTimer, @Nullable Thread> CLOCK =
      AtomicReferenceFieldUpdater.newUpdater(SystemTimer.class, Thread.class, "clock");

  private final LongSupplier nanoTime;
  private final long begin;
  private final long idleNanos;
  final TimerQueue queue = new TimerQueue(this::hasPut, this::handOver);
  private final Runnable clockRun = this::run;
  private final Executor clocks;
  final ExecutorService runners;
  volatile @Nullable Thread clock;
  private volatile long wakeTick = AWAKE;
  volatile boolean isStopped;

  /** Creates a timer; its threads start with the first task. */
  public SystemTimer(String threadName) {
    this(threadName, IDLE_NANOS);
  }

  SystemTimer(String threadName, long idleNanos) {
    this(idleNanos, OwnThreads.ofCaller(), threadName);
  }

  private SystemTimer(long idleNanos, OwnThreads own, String threadName) {
    this(
        System::nanoTime,
        idleNanos,
        clock -> own.make(threadName, /* daemon= */ true, clock).start(),
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_NANOS,
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            task -> own.make(threadName, /* daemon= */ true, task),
            new ThreadPoolExecutor.CallerRunsPolicy()));
  }

  /**
   * Creates a timer with a given time source and given threads.
   *
   * @param nanoTime like that of {@link System}
   * @param idleNanos how long a clock stays without work
   * @param clocks runs a clock on a thread of its own
   * @param runners run the tasks that are due
   */
  SystemTimer(LongSupplier nanoTime, long idleNanos, Executor clocks, ExecutorService runners) {
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
    this.idleNanos = idleNanos;
    this.clocks = clocks;
    this.runners = runners;
  }

  @Override
  public Task schedule(Duration delay, Runnable task) {
    long due = now() + nanos(delay);
    return queue.add((due + (1L << TICK_BITS) - 1) >> TICK_BITS, task);
  }

  /** An entry was put into the queue. */
  private void hasPut(TimerEntry entry) {
    Thread present = clock;
    if (isStopped) { // its manager has terminated, and nothing is left to be timed
      entry.cancel();
    } else if (present == null) {
      clocks.execute(clockRun);
    } else if (entry.tick < wakeTick || entry.depth % MANY == 0) {
      LockSupport.unpark(present);
    }
  }

  private void run() {
    boolean isNeeded = true;
    while (isNeeded && CLOCK.compareAndSet(this, null, Thread.currentThread())) {
      try {
        work();
      } finally {
        wakeTick = AWAKE;
        clock = null;
      }
      isNeeded = isStopped ? !queue.isEmpty() : !queue.hasNoNews();
    }
  }

  /**
   * Runs until the timer is stopped, or has been idle for a while. The clock sleeps no longer than
   * that while: what it waits for may have been cancelled, which does not wake it.
   */
  private void work() {
    while (!isStopped) {
      wakeTick = AWAKE;
      queue.takeIn();
      queue.giveOut(now() >> TICK_BITS);
      long next = queue.takeIn();
      do { // without a lock, which could consume the unpark permit
        wakeTick = next;
        next = queue.takeIn();
      } while (next < wakeTick);
      boolean isIdle = next == TimerWheel.NEVER && wakeTick == TimerWheel.NEVER;
      long sleep = Math.min(idleNanos, nanosUntil(wakeTick));
      if (sleep > 0) { // no park otherwise, so that a clock that does not sleep can be checked
        LockSupport.parkNanos(this, sleep);
      }
      if (isIdle && queue.hasNoNews()) {
        return;
      }
      Thread.interrupted(); // otherwise the next park would return at once
    }
    queue.clear();
  }

  private void handOver(Runnable task) {
    try {
      runners.execute(task);
    } catch (Throwable e) { // no thread available
      SideThreads.guarded(task);
    }
  }

  private long now() {
    return nanoTime.getAsLong() - begin;
  }

  private long nanosUntil(long tick) {
    return tick == TimerWheel.NEVER ? Long.MAX_VALUE : (tick << TICK_BITS) - now();
  }

  private static long nanos(Duration delay) {
    return delay.compareTo(Duration.ofNanos(LONGEST_NANOS)) < 0 ? delay.toNanos() : LONGEST_NANOS;
  }

  /** Drops all tasks; the threads end when what they run has ended. */
  public void stop() {
    isStopped = true;
    Thread present = clock;
    if (present != null) {
      LockSupport.unpark(present);
    } else {
      run();
    }
    runners.shutdown();
  }
}
