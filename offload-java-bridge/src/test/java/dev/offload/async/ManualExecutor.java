package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Holds what it is given until the test runs it; so a test sees at once what was handed over. */
final class ManualExecutor implements Executor {
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean isLetGo;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (isLetGo) {
      Bounded.newThread(this::runAll).start();
    }
  }

  /** The test is over: runs all, and what comes from now on by itself. */
  void letGo() {
    isLetGo = true;
    runAll();
  }

  int waiting() {
    return tasks.size();
  }

  void runNext() {
    Runnable task = tasks.poll();
    assertNotNull(task, "a task was handed over");
    task.run();
  }

  void runAll() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
