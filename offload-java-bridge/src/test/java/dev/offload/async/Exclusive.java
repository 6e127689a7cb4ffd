package dev.offload.async;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Watches how many bodies run at once. */
final class Exclusive {
  private static final int SPINS = 1_000;

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  <T> Callable<T> watch(T value) {
    return () -> {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      for (int i = 0; i < SPINS; i++) {
        Thread.onSpinWait(); // gives others time to come in
      }
      inside.decrementAndGet();
      return value;
    };
  }

  int most() {
    return most.get();
  }
}
