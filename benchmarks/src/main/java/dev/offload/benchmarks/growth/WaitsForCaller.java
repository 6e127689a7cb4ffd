package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Bodies that all wait for one job, which then makes ten limited calls. */
public class WaitsForCaller extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.waitsForCaller(n);
  }

  /** The peer. */
  @Benchmark
  public void async() {
    coroutines.waitsForCaller(n);
  }
}
