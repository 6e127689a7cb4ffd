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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Calls on few keys that all threads use: concurrent calls on one key share one run of a short
 * body.
 *
 * <p>The peers are Caffeine's {@code AsyncCache}, whose entry is removed before its future
 * completes, as the library does it, but which cannot cancel a load that nobody waits for any more;
 * and the library with one thread, which shows the cost of contention.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotKeys {
  private static final int CALLS = 1000;

  /** The number of threads, equal to that of JMH. */
  @Param({"1", "2", "4", "8"})
  public int threads;

  /** The number of keys. */
  @Param({"1", "1000"})
  public int keys;

  private final CallsByThreads calls = new CallsByThreads();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void offload() {
    calls.offload(CALLS, keys);
  }

  /** The library, run by {@code benchmarks/run} with one thread. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void oneThread() {
    calls.offload(CALLS, keys);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void caffeine() {
    calls.caffeine(CALLS, keys);
  }
}
