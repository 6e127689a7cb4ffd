package dev.offload.benchmarks.jobs;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A second caller joins a key in flight, by a string that is equal to the one in flight and not
 * identical; the library's key is made in each operation. The peer has no lease: it answers one
 * future for all, so that one caller's cancel is everybody's. With several threads the library
 * counts all leases at one job, which the cache does not; so the library with one thread is a peer,
 * too, which shows the cost of contention.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JoinInFlight {
  /** The number of threads, equal to that of JMH. */
  @Param({"1", "2", "4", "8"})
  public int threads;

  private final String id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  private final String equalId = String.valueOf(id.toCharArray());

  private final OffloadJobs jobs = new OffloadJobs();
  private final AsyncCache<String, Object> cache = Caffeine.newBuilder().buildAsync();

  /** Puts the job and the future in flight. */
  @Setup
  public void start() {
    jobs.holdShared(id);
    cache.put(id, new CompletableFuture<>());
  }

  /** The library; the lease is left behind, which costs the job no more than a count. */
  @Benchmark
  public Object offload() {
    return jobs.share(equalId);
  }

  /** The library, run by {@code benchmarks/run} with one thread. */
  @Benchmark
  public Object oneThread() {
    return offload();
  }

  /** The peer. */
  @Benchmark
  public CompletableFuture<Object> caffeine() {
    return cache.get(equalId, (key, executor) -> new CompletableFuture<>());
  }
}
