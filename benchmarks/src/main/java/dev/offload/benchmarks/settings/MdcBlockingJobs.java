package dev.offload.benchmarks.settings;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.ContextCarriers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.slf4j.MDC;

/**
 * Java: submit many blocking bodies that have the diagnostic context of their submitter, then join
 * every future. The peers are {@code CompletableFuture.supplyAsync} that hands the context over by
 * hand, and the library without a carrier; all on one executor of two threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MdcBlockingJobs {
  private static final int JOBS = 10_000;

  private final OffloadKind<Integer, Integer> kind = OffloadKind.named("benchmark");
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final AsyncOffloadManager carrying =
      AsyncOffloadManager.builder()
          .executor(executor)
          .contextCarrier(ContextCarriers.slf4jMdc())
          .build();
  private final AsyncOffloadManager plain =
      AsyncOffloadManager.builder().executor(executor).build();

  /** Stops the threads. */
  @TearDown
  public void stop() {
    carrying.close();
    plain.close();
    executor.shutdown();
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public int offload() {
    return submitAll(carrying);
  }

  /** The library without a carrier. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public int withoutMdc() {
    return submitAll(plain);
  }

  private int submitAll(AsyncOffloadManager manager) {
    MDC.put("request", "0f8fad5b");
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
    MDC.put("request", "0f8fad5b");
    List<CompletableFuture<Integer>> futures = new ArrayList<>(JOBS);
    for (int id = 0; id < JOBS; id++) {
      int value = id;
      Map<String, String> context = MDC.getCopyOfContextMap();
      futures.add(CompletableFuture.supplyAsync(() -> with(context, value), executor));
    }
    return join(futures);
  }

  private static int with(Map<String, String> context, int value) {
    MDC.setContextMap(context);
    try {
      return value;
    } finally {
      MDC.clear();
    }
  }

  private static int join(List<CompletableFuture<Integer>> futures) {
    int sum = 0;
    for (CompletableFuture<Integer> future : futures) {
      sum += future.join();
    }
    return sum;
  }
}
