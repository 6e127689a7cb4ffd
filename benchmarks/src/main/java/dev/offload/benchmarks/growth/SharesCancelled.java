package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Scopes that share one job and are cancelled, in random order. The peers are jobs: with a
 * coroutine that awaits one deferred, or with a handler on it.
 */
public class SharesCancelled extends OfSize {
  /** Whether somebody awaits what each scope shares. */
  @Param({"true", "false"})
  public boolean awaited;

  private int[] order = {};

  /** Shuffles. */
  @Setup
  public void shuffle() {
    order = Order.RANDOM.of(n);
  }

  /** The library. */
  @Benchmark
  public void offload() {
    jobs.sharesCancelled(order, awaited);
  }

  /** The peer. */
  @Benchmark
  public void deferred() {
    coroutines.sharesCancelled(order, awaited);
  }
}
