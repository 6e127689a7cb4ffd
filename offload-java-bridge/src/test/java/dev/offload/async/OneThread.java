package dev.offload.async;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs task after task on one thread, and counts the interrupts that reach it outside a task. The
 * pools of the JDK take such interrupts away before anybody sees them. An interrupt takes its time
 * here, so that one that is on its way when a task ends has every chance to come late.
 */
final class OneThread implements Executor, AutoCloseable {
  private static final int SPINS = 50_000;

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger interrupts = new AtomicInteger();
  private volatile boolean busy;
  private volatile boolean closed;

  OneThread() {
    Thread thread =
        new Thread("one thread") {
          @Override
          public void run() {
            loop();
          }

          @Override
          public void interrupt() {
            for (int i = 0; i < SPINS && busy; i++) {
              Thread.onSpinWait();
            }
            super.interrupt();
          }
        };
    thread.setDaemon(true);
    thread.start();
  }

  private void loop() {
    while (!closed) {
      Runnable task = tasks.poll();
      if (task != null) {
        busy = true;
        task.run();
        busy = false;
      }
      if (Thread.interrupted()) {
        interrupts.incrementAndGet();
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  int interrupts() {
    return interrupts.get();
  }

  @Override
  public void close() {
    closed = true;
  }
}
