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
 * Submit many jobs under keys of their own, then wait for all of them. The peer is {@code launch}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ManyJobs {
  private static final int JOBS = 100_000;

  private final OffloadJobs jobs = new OffloadJobs();
  private final AsyncJobs launches = new AsyncJobs();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload() {
    jobs.allAtOnce(JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void launch() {
    launches.allAtOnce(JOBS);
  }
}
