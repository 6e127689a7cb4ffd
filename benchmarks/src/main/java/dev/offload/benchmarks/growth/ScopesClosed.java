package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Open scopes under one manager, ended in random order. The peers are children of one job. */
public class ScopesClosed extends OfSize {
  private int[] order = {};

  /** Shuffles. */
  @Setup
  public void shuffle() {
    order = Order.RANDOM.of(n);
  }

  /** The library. */
  @Benchmark
  public void offload() {
    jobs.scopesClosed(order);
  }

  /** The peer. */
  @Benchmark
  public void childJobs() {
    coroutines.scopesClosed(order);
  }
}
