package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A scope with a limit of eight, and its end, which a body waits for or none. */
public class ScopeUnderLimit extends OfSize {
  /** Whether a body opens it. */
  @Param({"true", "false"})
  public boolean inBody;

  /** The library. */
  @Benchmark
  public void offload() {
    if (inBody) {
      jobs.scopeInBody(n);
    } else {
      jobs.scopeOutside(n);
    }
  }

  /** The peer. */
  @Benchmark
  public void semaphore() {
    if (inBody) {
      coroutines.scopeInBody(n);
    } else {
      coroutines.scopeOutside(n);
    }
  }
}
