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
 * Submit and await one job that has the diagnostic context of its caller, by the element that
 * kotlinx-coroutines-slf4j has for it. The peers are {@code async} with the same element, and the
 * library without it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MdcJobs {
  private static final int JOBS = 1000;

  private final CarriedMdc jobs = new CarriedMdc();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload() {
    jobs.offload(JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void async() {
    jobs.async(JOBS);
  }

  /** The library without the element. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void withoutMdc() {
    jobs.without(JOBS);
  }
}
