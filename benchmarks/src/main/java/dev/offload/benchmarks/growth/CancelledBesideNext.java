package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/**
 * Jobs that are allowed beside one which waits under their key, and are cancelled. The peers are
 * entries of a map.
 */
public class CancelledBesideNext extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.cancelledBesideNext(n);
  }

  /** The peer. */
  @Benchmark
  public void launchAndMap() {
    coroutines.cancelledInMap(n);
  }
}
