package dev.offload.benchmarks.spike;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A second caller joins a key in flight. Run it with {@code -t 1} and with {@code -t 2}: with two,
 * both join the same job, which is where its count of leases is contended; Caffeine counts nothing.
 *
 * <p>"Same" uses the key object that is in flight; "equal" a string that is equal to the one in
 * flight and not identical, and builds the library's key around it in each operation. For Caffeine
 * the string is the key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JoinInFlightSpike {
  private final UUID uuid = UUID.randomUUID();
  private final String sameId = uuid.toString();
  private final String equalId = uuid.toString();

  private final InFlight inFlight = new InFlight(sameId);
  private final AsyncCache<String, Object> cache = Caffeine.newBuilder().buildAsync();

  /** Puts the future in flight that Caffeine is asked for. */
  public JoinInFlightSpike() {
    cache.put(sameId, new CompletableFuture<>());
  }

  /** Ends the job. */
  @TearDown
  public void close() {
    inFlight.close();
  }

  /** The peer, same key. */
  @Benchmark
  public CompletableFuture<Object> caffeineSame() {
    return cache.get(sameId, (key, executor) -> new CompletableFuture<>());
  }

  /** The peer, equal key. */
  @Benchmark
  public CompletableFuture<Object> caffeineEqual() {
    return cache.get(equalId, (key, executor) -> new CompletableFuture<>());
  }

  /** The library, same key. */
  @Benchmark
  public Object shareSame() {
    return inFlight.join(inFlight.getKey());
  }

  /** The library, a new key. */
  @Benchmark
  public Object shareEqual() {
    return inFlight.join(inFlight.newKey(equalId));
  }

  /** The library, same key, and dropping the handle. */
  @Benchmark
  public boolean shareAndCancelSame() {
    return inFlight.joinAndLeave(inFlight.getKey());
  }

  /** The library, a new key, and dropping the handle. */
  @Benchmark
  public boolean shareAndCancelEqual() {
    return inFlight.joinAndLeave(inFlight.newKey(equalId));
  }
}
