package dev.offload.async;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.LogRecord;

/**
 * What one test brings along that behaves badly. At its end everything that is held is let go, and
 * what was installed is taken out again.
 */
final class Neighbours {
  private final Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
  private final List<Runnable> undo = new ArrayList<>();

  Block block() {
    Block block = new Block();
    undo.add(block::release);
    return block;
  }

  /** Is given every record of the library, on the thread that logs it. */
  HostileLog log(Consumer<LogRecord> reaction) {
    HostileLog log = HostileLog.install(reaction);
    undo.add(log::close);
    return log;
  }

  /** One thread, no queue: who finds it busy runs the task himself. */
  ExecutorService callerRuns() {
    ExecutorService pool =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Bounded::newThread,
            new ThreadPoolExecutor.CallerRunsPolicy());
    undo.add(pool::shutdown);
    return pool;
  }

  void atEnd(Runnable action) {
    undo.add(action);
  }

  void letGo() {
    undo.forEach(Runnable::run);
  }

  /** No thread of the library that came with this test may be in the library's code still. */
  void assertNoThreadStaysBusy() {
    Bounded.until("no thread of the library is busy", () -> busy().isEmpty());
  }

  private List<Thread> busy() {
    List<Thread> busy = new ArrayList<>();
    for (Map.Entry<Thread, StackTraceElement[]> one : Thread.getAllStackTraces().entrySet()) {
      if (one.getKey().getName().startsWith("offload-")
          && !before.contains(one.getKey())
          && isInTheLibrary(one.getValue())) {
        busy.add(one.getKey());
      }
    }
    return busy;
  }

  private static boolean isInTheLibrary(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().startsWith("dev.offload.")) {
        return true;
      }
    }
    return false;
  }
}
