package dev.offload.benchmarks.jobs;

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
 * Calls on one hot key by several coroutines at a time; the cost is that of one call.
 *
 * <p>The peers: Caffeine's {@code AsyncCache} whose entry is removed when its future completes, and
 * a single flight as one writes it by hand, a mutex and a deferred for each key. Neither can cancel
 * a load that nobody waits for any more.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotKey {
  private static final int CALLS = 1920;

  /** How many call at a time. */
  @Param({"4", "16", "64"})
  public int callers;

  /** How long a body takes. */
  @Param({"0", "1"})
  public int bodyMillis;

  private final HotCalls calls = new HotCalls();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void offload() {
    calls.offload(callers, CALLS / callers, bodyMillis);
  }

  /** The peer with a cache. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void caffeine() {
    calls.caffeine(callers, CALLS / callers, bodyMillis);
  }

  /** The peer with a mutex for each key. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void mutexByHand() {
    calls.mutexByHand(callers, CALLS / callers, bodyMillis);
  }
}
