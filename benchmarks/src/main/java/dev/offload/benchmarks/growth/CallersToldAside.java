package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Callers of one job, whose dispatcher may block or throw for all that is known. */
public class CallersToldAside extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.callersToldAside(n);
  }

  /** The peer. */
  @Benchmark
  public void async() {
    coroutines.callersToldAside(n);
  }
}
