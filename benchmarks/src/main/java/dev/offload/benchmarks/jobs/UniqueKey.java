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
 * Submit and await one job under a key of its own, with an empty body.
 *
 * <p>The caller is a coroutine on the dispatcher that runs the bodies, as in a server handler; so
 * no operation pays for waking a parked thread. The peer has no key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UniqueKey {
  private static final int JOBS = 1000;

  private final OffloadJobs jobs = new OffloadJobs();
  private final AsyncJobs asyncs = new AsyncJobs();

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload() {
    jobs.oneByOne(JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void async() {
    asyncs.oneByOne(JOBS);
  }
}
