package dev.offload.benchmarks.growth;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Work of {@code n} elements. By itself JMH shows the time of all of them; {@code benchmarks/run
 * growth} divides by their number, as {@code -p n=1000 -opi 1000} does by hand.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public abstract class OfSize {
  /** How many elements. */
  @Param({"1000", "10000", "100000"})
  public int n;

  final GrowingJobs jobs = new GrowingJobs();
  final GrowingCoroutines coroutines = new GrowingCoroutines();
}
