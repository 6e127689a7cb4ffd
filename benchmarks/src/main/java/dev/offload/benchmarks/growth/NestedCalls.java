package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Calls inside each other, under a limit of one. The peers have no limit. */
public class NestedCalls extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.nestedCalls(n);
  }

  /** The peer. */
  @Benchmark
  public void async() {
    coroutines.nestedCalls(n);
  }
}
