package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/**
 * Callers that wait for room in a queue of eight, behind eight jobs. The peers wait for a
 * semaphore.
 */
public class CallersForRoom extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.callersForRoom(n);
  }

  /** The peer. */
  @Benchmark
  public void semaphore() {
    coroutines.callersForRoom(n);
  }
}
