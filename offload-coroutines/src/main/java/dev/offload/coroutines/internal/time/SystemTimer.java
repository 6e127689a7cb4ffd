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
 * Real time, told by one thread that only hands over: what a limit sets off may reach code of users
 * (a listener, a stage of a caller's future), and one that blocks must not hold up other limits.
 * The threads are daemons and exist only while there is something to time or was recently.
 *
 * <p>Who sets a limit or takes it back puts an entry into a {@link TimerQueue} and wakes the clock
 * in two cases alone: the entry is due before the clock would wake, or many have come since it
 * looked. So a stream of like limits does not wake it for each, and what has ended takes no room
 * for long.
 *
 * <p>Why nothing is overlooked:
 *
 * <ul>
 *   <li>Awake or not: the clock says when it will wake, and looks again before it goes to sleep.
 *       Who puts in an entry looks afterwards at what the clock said. One of the two sees the
 *       other.
 *   <li>There or not: the clock says that it goes, and looks again. Who puts in an entry looks
 *       afterwards whether there is a clock, and starts one if not. Of several that were started
 *       one claims the place; the others end at once.
 *   <li>Who fails to start or to wake one, at the end of a stack or of memory, throws and has
 *       changed nothing for others: those who come later look for themselves.
 * </ul>
 */
public final class SystemTimer implements OffloadTimer {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A tick has 2^20 nanoseconds, about one millisecond. */
  private static final int TICK_BITS = 20;

  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

  /** After so many entries put in or taken back, the clock looks at them. */
  private static final int MANY = 1024;

  /** For {@link #wakeTick}: the clock is awake and will look again. */
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

  /** Makes a timer; its threads start with the first task. */
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
        clock -> own.make(threadName, true, clock).start(),
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_NANOS,
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            task -> own.make(threadName, true, task),
            new ThreadPoolExecutor.CallerRunsPolicy()));
  }

  /**
   * Makes a timer of a given time and given threads.
   *
   * @param nanoTime as that of {@link System}
   * @param idleNanos how long a clock stays without work
   * @param clocks runs a clock on a thread of its own
   * @param runners take what is due
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

  /** An entry came into the queue. */
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
   * Until the timer is stopped, or there has been nothing to do for a while. The clock sleeps no
   * longer than that while: what it waits for may have been taken back, which wakes nobody.
   */
  private void work() {
    while (!isStopped) {
      wakeTick = AWAKE;
      queue.takeIn();
      queue.giveOut(now() >> TICK_BITS);
      long next = queue.takeIn();
      do { // without a lock, in which it could lose the permit of who wakes it
        wakeTick = next;
        next = queue.takeIn();
      } while (next < wakeTick);
      boolean isIdle = next == TimerWheel.NEVER && wakeTick == TimerWheel.NEVER;
      long sleep = Math.min(idleNanos, nanosUntil(wakeTick));
      if (sleep > 0) { // else no park at all, so that a clock that does not sleep can be checked
        LockSupport.parkNanos(this, sleep);
      }
      if (isIdle && queue.hasNoNews()) {
        return;
      }
      Thread.interrupted(); // else the next park would not wait
    }
    queue.clear();
  }

  private void handOver(Runnable task) {
    try {
      runners.execute(task);
    } catch (Throwable e) { // no thread to be had
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
