package dev.offload.benchmarks.waitmap;

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
 * Subscribe a key, wake it, await the value: one caller, with others parked on other keys.
 *
 * <p>The peer is what one writes by hand: a {@code CompletableDeferred} in a {@code
 * ConcurrentHashMap}. It has no answer to a cancelled waiter, to a second one, to a close.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WaitByKey {
  private static final int WAITS = 1000;

  /** A wait map with so many parked. */
  @State(Scope.Benchmark)
  public static class Ours {
    /** How many wait for other keys. */
    @Param({"0", "10", "1000", "100000", "1000000"})
    public int parked;

    private WaitMapWaits waits = new WaitMapWaits(0);

    /** Parks them. */
    @Setup
    public void park() {
      waits = new WaitMapWaits(parked);
    }
  }

  /** A map of deferreds with so many parked. */
  @State(Scope.Benchmark)
  public static class Peer {
    /** How many wait for other keys. */
    @Param({"0", "10", "1000", "100000", "1000000"})
    public int parked;

    private DeferredWaits waits = new DeferredWaits(0);

    /** Parks them. */
    @Setup
    public void park() {
      waits = new DeferredWaits(parked);
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(WAITS)
  public void offload(Ours ours) {
    ours.waits.run(WAITS);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(WAITS)
  public void deferredInMap(Peer peer) {
    peer.waits.run(WAITS);
  }
}
