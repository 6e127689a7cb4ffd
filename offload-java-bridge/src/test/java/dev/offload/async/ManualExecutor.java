package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Holds what it is given until the test runs it; so a test sees at once what was handed over. */
final class ManualExecutor implements Executor {
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
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
