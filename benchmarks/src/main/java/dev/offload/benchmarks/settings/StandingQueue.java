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
 * Throughput under a concurrency limit with a standing queue: the cost of one job from its
 * submission to its end, while the length of the queue stays the same.
 *
 * <p>The peer is {@code async} that takes a permit of a {@code Semaphore}, with as many waiters.
 * Both are first come, first served.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class StandingQueue {
  private static final int JOBS = 5000;

  /** The constant length of a queue. */
  @State(Scope.Benchmark)
  public abstract static class Length {
    /** The number of waiting jobs. */
    @Param({"0", "1000", "100000"})
    public int queued;
  }

  /** The queue of a kind. */
  public static class Ours extends Length {
    private final LimitedQueue queue = new LimitedQueue();

    /** Fills it. */
    @Setup
    public void fill() {
      queue.fill(queued);
    }
  }

  /** The queue of a semaphore. */
  public static class Peer extends Length {
    private final SemaphoreQueue queue = new SemaphoreQueue();

    /** Fills it. */
    @Setup
    public void fill() {
      queue.fill(queued);
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void offload(Ours ours) {
    ours.queue.pass(JOBS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void semaphoreAndAsync(Peer peer) {
    peer.queue.pass(JOBS);
  }
}
