package dev.offload.async;

import java.util.concurrent.CountDownLatch;

/** Where code that blocks is held until its test, or the end of the test, lets it go. */
final class Block {
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /** Blocks, also if it is interrupted; the interrupt is kept. */
  void hold() {
    arrived.countDown();
    boolean interrupted = false;
    while (true) {
      try {
        released.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until somebody is held here. */
  void awaitArrival() {
    Bounded.until("somebody blocks", this::isReached);
  }

  boolean isReached() {
    return arrived.getCount() == 0;
  }

  boolean isReleased() {
    return released.getCount() == 0;
  }

  void release() {
    released.countDown();
  }
}
