package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;

/** Jobs that a body joins which is cancelled meanwhile, and goes on waiting. */
public class JoinedByCancelled extends OfSize {
  /** The library. */
  @Benchmark
  public void offload() {
    jobs.joinedByCancelled(n);
  }

  /** The peer. */
  @Benchmark
  public void launch() {
    coroutines.joinedByCancelled(n);
  }
}
