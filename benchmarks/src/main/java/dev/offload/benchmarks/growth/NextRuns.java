package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Runs that begin after they were asked for: one for all who ask meanwhile, or one for each key.
 * The peers wait for the coroutine before.
 */
public class NextRuns extends OfSize {
  /** Whether all ask under one key. */
  @Param({"true", "false"})
  public boolean oneKey;

  /** The library. */
  @Benchmark
  public void offload() {
    if (oneKey) {
      jobs.nextOfOneKey(n);
    } else {
      jobs.nextOfEachKey(n);
    }
  }

  /** The peer. */
  @Benchmark
  public void async() {
    if (oneKey) {
      coroutines.nextOfOneKey(n);
    } else {
      coroutines.nextOfEachKey(n);
    }
  }
}
