package dev.offload.benchmarks.growth;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Jobs that are allowed beside each other under one key. The peers are entries of a map. */
public class EndsUnderOneKey extends OfSize {
  /** In which order they end. */
  @Param public Order order = Order.IN_ORDER;

  private int[] numbers = {};

  /** Lays the order down. */
  @Setup
  public void lay() {
    numbers = order.of(n);
  }

  /** The library. */
  @Benchmark
  public void offload() {
    jobs.endsUnderOneKey(numbers);
  }

  /** The peer. */
  @Benchmark
  public void launchAndMap() {
    coroutines.endsInMap(numbers);
  }
}
