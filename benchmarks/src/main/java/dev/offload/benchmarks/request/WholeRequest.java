package dev.offload.benchmarks.request;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A request as it is, see {@link Requests}, sent by several clients that each wait for their
 * answer; the parts do next to nothing, so what is measured is what they are run with.
 *
 * <p>The peers do the same, with the same limits, time limits and diagnostic context: by coroutines
 * as one writes it at first; by coroutines with the guarantees of the library that such a request
 * relies on; by virtual threads as one writes it at first, on JVMs that have them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WholeRequest {
  private static final int REQUESTS = 1000;
  private static final int CLIENTS = 16;

  private ClosedLoad load = new ClosedLoad("offload");

  /** Starts the server that has the name of the method. */
  @Setup
  public void start(BenchmarkParams benchmark) {
    String method = benchmark.getBenchmark();
    load = new ClosedLoad(method.substring(method.lastIndexOf('.') + 1));
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void offload() {
    load.serve(REQUESTS, CLIENTS);
  }

  /** The peer that is simple. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void byHand() {
    load.serve(REQUESTS, CLIENTS);
  }

  /** The peer that guarantees the same. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void byHandWithLeases() {
    load.serve(REQUESTS, CLIENTS);
  }

  /** The peer with virtual threads. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void virtualThreads() {
    load.serve(REQUESTS, CLIENTS);
  }
}
