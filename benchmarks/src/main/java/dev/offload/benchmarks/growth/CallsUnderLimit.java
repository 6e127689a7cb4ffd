package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Bodies that each call a job of a limited kind. The peers go on under a semaphore. */
public class CallsUnderLimit extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.callsUnderLimit(n);
  }

  /** The peer. */
  @Benchmark
  public void semaphore() {
    coroutines.callsUnderLimit(n);
  }
}
