package dev.offload.benchmarks.jobs;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Java: submit many blocking bodies to an executor of two threads, then join every future. The peer
 * is {@code CompletableFuture.supplyAsync} on the same executor.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class BlockingJobs {
  private static final int JOBS = 100_000;

  private final OffloadKind<Integer, Integer> kind = OffloadKind.named("benchmark");
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder().executor(executor).build();

  /** Stops the threads. */
  @TearDown
  public void stop() {
    manager.close();
    executor.shutdown();
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public int offload() {
    List<CompletableFuture<Integer>> futures = new ArrayList<>(JOBS);
    for (int id = 0; id < JOBS; id++) {
      int value = id;
      futures.add(manager.submit(kind.key(id), () -> value));
    }
    return join(futures);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public int supplyAsync() {
    List<CompletableFuture<Integer>> futures = new ArrayList<>(JOBS);
    for (int id = 0; id < JOBS; id++) {
      int value = id;
      futures.add(CompletableFuture.supplyAsync(() -> value, executor));
    }
    return join(futures);
  }

  private static int join(List<CompletableFuture<Integer>> futures) {
    int sum = 0;
    for (CompletableFuture<Integer> future : futures) {
      sum += future.join();
    }
    return sum;
  }
}
