package dev.offload.benchmarks.jobs;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A scope with three jobs that are awaited, as a request has them. The peer is {@code
 * coroutineScope} with three {@code async}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ScopeOfThree {
  private static final int SCOPES = 300;

  private final OffloadJobs jobs = new OffloadJobs();
  private final AsyncJobs asyncs = new AsyncJobs();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(SCOPES)
  public void offload() {
    jobs.scopes(SCOPES);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(SCOPES)
  public void coroutineScope() {
    asyncs.scopes(SCOPES);
  }
}
