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
 * Open a scope and end it, by one thread or by several under one manager.
 *
 * <p>The peers are {@code supervisorScope}, which is known to its caller alone, so that nobody can
 * list or close what is open; and the library with one thread, which shows the cost of contention.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EmptyScopes {
  private static final int SCOPES = 1000;

  /** The number of threads, equal to that of JMH. */
  @Param({"1", "2", "4", "8"})
  public int threads;

  private final OffloadByThreads scopes = new OffloadByThreads();
  private final CoroutinesByThreads coroutines = new CoroutinesByThreads();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(SCOPES)
  public void offload() {
    scopes.emptyScopes(SCOPES);
  }

  /** The library, run by {@code benchmarks/run} with one thread. */
  @Benchmark
  @OperationsPerInvocation(SCOPES)
  public void oneThread() {
    scopes.emptyScopes(SCOPES);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(SCOPES)
  public void supervisorScope() {
    coroutines.supervisorScopes(SCOPES);
  }
}
