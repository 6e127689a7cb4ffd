package dev.offload.benchmarks.spike;

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
 * Submit and await one job under a key of its own, with an empty body.
 *
 * <p>The caller is a coroutine on the dispatcher that runs the bodies, as in a server handler; so
 * no operation pays for waking a parked thread. The candidates are in {@link Candidates}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UniqueKeySpike {
  private static final int JOBS = 1000;

  private final UniqueKeyRuns runs = new UniqueKeyRuns();

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void async() {
    runs.async(JOBS);
  }

  /** Public API alone. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateA() {
    runs.publicApi(JOBS);
  }

  /** Own coroutine, child of the scope. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateB() {
    runs.child(JOBS);
  }

  /** Own coroutine without a parent. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateC() {
    runs.orphan(JOBS);
  }

  /** As C, dispatches itself. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateC2() {
    runs.dispatching(JOBS);
  }

  /** The library as it is. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void library() {
    runs.library(JOBS);
  }
}
