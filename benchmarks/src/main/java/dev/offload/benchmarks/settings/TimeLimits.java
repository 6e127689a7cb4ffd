package dev.offload.benchmarks.settings;

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
 * Submit and await one job with a time limit while the limits of others are pending.
 *
 * <p>The peers are the library without a limit, in the same state; {@code withTimeout} around
 * {@code async}, which cancels the work, as the library does; and {@code
 * CompletableFuture.orTimeout}, which completes the future and lets the work go on. Each has as
 * many pending timeouts of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimeLimits {
  private static final int JOBS = 1000;

  /** How many limits are pending. */
  @State(Scope.Benchmark)
  public abstract static class Pending {
    /** Their number. */
    @Param({"0", "1000", "100000", "1000000"})
    public int pending;
  }

  /** Those of the library. */
  public static class Ours extends Pending {
    private final TimedOffload jobs = new TimedOffload();

    /** Starts them. */
    @Setup
    public void start() {
      jobs.keepPending(pending);
    }
  }

  /** Those of coroutines. */
  public static class Coroutines extends Pending {
    private final TimedCoroutines coroutines = new TimedCoroutines();

    /** Starts them. */
    @Setup
    public void start() {
      coroutines.keepPending(pending);
    }
  }

  /** Those of futures. */
  public static class Futures extends Pending {
    private final TimedFutures futures = new TimedFutures();

    /** Starts them. */
    @Setup
    public void start() {
      futures.keepPending(pending);
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload(Ours ours) {
    ours.jobs.limited(JOBS);
  }

  /** The library without a limit. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void withoutLimit(Ours ours) {
    ours.jobs.unlimited(JOBS);
  }

  /** The peer in Kotlin. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void withTimeout(Coroutines peer) {
    peer.coroutines.limited(JOBS);
  }

  /** The peer in Java. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void orTimeout(Futures peer) {
    peer.futures.limited(JOBS);
  }
}
