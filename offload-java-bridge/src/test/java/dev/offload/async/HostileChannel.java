package dev.offload.async;

import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.CountDownLatch;

/** Whoever interrupts the thread that waits here runs a close that does what its test wants. */
final class HostileChannel extends AbstractInterruptibleChannel {
  private final Runnable onInterrupt;
  private final CountDownLatch closed = new CountDownLatch(1);

  HostileChannel(Runnable onInterrupt) {
    this.onInterrupt = onInterrupt;
  }

  /** Waits until it is interrupted and the close is done. */
  Integer await() throws Exception {
    boolean done = false;
    begin();
    try {
      closed.await();
      done = true;
    } finally {
      end(done);
    }
    return 0;
  }

  @Override
  protected void implCloseChannel() {
    try {
      onInterrupt.run();
    } finally {
      closed.countDown();
    }
  }
}
