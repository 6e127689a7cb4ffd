package dev.offload.benchmarks.settings;

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
 * Submit and await one job; a listener counts starts and ends, as for metrics. The peer is the
 * library without a listener.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ListenedJobs {
  private static final int JOBS = 1000;

  private final JobsWithListener jobs = new JobsWithListener();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload() {
    jobs.listened(JOBS);
  }

  /** The library without a listener. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void withoutListener() {
    jobs.plain(JOBS);
  }
}
