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
 * Tasks of a recorder with their jobs: launch one and await it; revoke its success and await that.
 *
 * <p>The peer does the same with {@code async} and a plain map of states.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordedJobs {
  private static final int TASKS = 1000;

  private final RecordedTasks tasks = new RecordedTasks(TASKS);

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void offload() {
    tasks.launchAndRevoke();
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void asyncAndMap() {
    tasks.asyncAndMap();
  }
}
