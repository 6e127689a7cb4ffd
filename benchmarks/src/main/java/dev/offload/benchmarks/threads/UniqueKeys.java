package dev.offload.benchmarks.threads;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Submit and await one job under a key of its own, by one thread or by several with one manager.
 *
 * <p>The peers are {@code async} in one scope on the same threads, which has no key, and the
 * library with one thread, which shows the cost of contention. Each thread runs its own coroutines
 * and bodies, so the threads share nothing but the manager or the scope.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UniqueKeys {
  private static final int JOBS = 1000;

  /** The number of threads, equal to that of JMH. */
  @Param({"1", "2", "4", "8"})
  public int threads;

  private final OffloadByThreads jobs = new OffloadByThreads();
  private final CoroutinesByThreads asyncs = new CoroutinesByThreads();

  /** The keys of one thread. */
  @State(Scope.Thread)
  public static class Keys {
    private int first;

    /** Tells them apart. */
    @Setup
    public void number(ThreadParams thread) {
      first = thread.getThreadIndex() * JOBS;
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload(Keys keys) {
    jobs.uniqueKeys(keys.first, JOBS);
  }

  /** The library, run by {@code benchmarks/run} with one thread. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void oneThread(Keys keys) {
    jobs.uniqueKeys(keys.first, JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void async() {
    asyncs.asyncs(JOBS);
  }
}
