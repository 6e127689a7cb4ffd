package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Scopes opened as children of a job of somebody else, which is cancelled. */
public class ScopesOfJob extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.scopesOfJob(n);
  }

  /** The peer. */
  @Benchmark
  public void childJobs() {
    coroutines.scopesOfJob(n);
  }
}
