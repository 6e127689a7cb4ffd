package dev.offload.examples.compare;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A load that is counted, and waits until it may go on. */
final class Load implements Supplier<String> {
  static final String VALUE = "a page";

  final AtomicInteger runs = new AtomicInteger();
  final CountDownLatch begun = new CountDownLatch(1);
  final CountDownLatch mayGoOn = new CountDownLatch(1);
  final CountDownLatch stopped = new CountDownLatch(1);
  volatile boolean fails;

  @Override
  public String get() {
    runs.incrementAndGet();
    begun.countDown();
    try {
      if (!mayGoOn.await(SingleFlightComparisonTest.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody lets it go on");
      }
    } catch (InterruptedException e) {
      stopped.countDown();
      throw new IllegalStateException("stopped", e);
    }
    if (fails) {
      throw new IllegalStateException("no such page");
    }
    return VALUE;
  }
}
