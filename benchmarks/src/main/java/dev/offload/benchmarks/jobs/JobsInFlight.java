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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Submit and await one job while many others are in flight.
 *
 * <p>The peer is {@code async}, put into a {@code ConcurrentHashMap} by key and removed at its end;
 * as many others are suspended, and in the map.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JobsInFlight {
  private static final int JOBS = 1000;

  /** Jobs, with so many in flight. */
  @State(Scope.Benchmark)
  public static class Ours {
    /** How many are in flight. */
    @Param({"10", "10000", "1000000"})
    public int inFlight;

    private OffloadJobs jobs = new OffloadJobs();

    /** Starts them. */
    @Setup
    public void start() {
      jobs = new OffloadJobs();
      jobs.keepInFlight(inFlight);
    }
  }

  /** Coroutines, with so many in flight. */
  @State(Scope.Benchmark)
  public static class Peer {
    /** How many are in flight. */
    @Param({"10", "10000", "1000000"})
    public int inFlight;

    private AsyncJobs jobs = new AsyncJobs();

    /** Starts them. */
    @Setup
    public void start() {
      jobs = new AsyncJobs();
      jobs.keepInFlight(inFlight);
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload(Ours ours) {
    ours.jobs.oneByOne(JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void asyncAndMap(Peer peer) {
    peer.jobs.oneByOneInMap(JOBS);
  }
}
