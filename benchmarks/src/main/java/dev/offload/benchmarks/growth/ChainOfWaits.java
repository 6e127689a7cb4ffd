package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Jobs that each wait for the one before. */
public class ChainOfWaits extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.chainOfWaits(n);
  }

  /** The peer. */
  @Benchmark
  public void async() {
    coroutines.chainOfWaits(n);
  }
}
