package dev.offload.coroutines.internal.threads;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of this library. A logger is somebody else's code, and so are the messages of the
 * exceptions it prints: whatever they throw stays here, and however long they take, they hold up
 * the thread of the log alone. That thread is no daemon, so that a program which ends has logged
 * why; it goes when it has nothing to do. A logger that does not keep up gets to know how many
 * reports were left out, as those that wait for it take memory.
 */
public final class Log {
  private static final Reports REPORTS = new Reports(SidePool.ofLog()::runAside);

  private Log() {}

  /** Asked for each time, as the first time may be too early for whoever finds loggers. */
  private static System.Logger logger() {
    return System.getLogger("dev.offload");
  }

  /** Something went wrong that nobody else is told. */
  public static void warn(String message, @Nullable Throwable thrown) {
    log(Level.WARNING, () -> message, thrown);
  }

  public static void log(Level level, Supplier<String> message, @Nullable Throwable thrown) {
    REPORTS.post(() -> logNow(level, message, thrown));
  }

  /** What waits for the logger. */
  static final class Reports {
    /** How many may wait. */
    static final int MOST = 1_000;

    private final SerialQueue mailbox;
    private final AtomicLong leftOut = new AtomicLong();

    /** Makes one that logs by {@code lane}. */
    Reports(Executor lane) {
      mailbox = new SerialQueue(lane);
    }

    void post(Runnable report) {
      if (mailbox.untold() >= MOST) {
        leftOut.incrementAndGet(); // one that waits now tells it
        return;
      }
      mailbox.post(
          () -> {
            long missing = leftOut.getAndSet(0);
            if (missing > 0) {
              String told = missing + " reports were left out: the logger does not keep up";
              logNow(Level.WARNING, () -> told, null);
            }
            report.run();
          });
    }
  }

  private static void logNow(Level level, Supplier<String> message, @Nullable Throwable thrown) {
    try {
      if (thrown == null) {
        logger().log(level, message);
      } else {
        logger().log(level, message, thrown);
      }
    } catch (Throwable e) {
      logWithout(level, message, thrown);
    }
  }

  /** Perhaps it was the exception that could not be shown. */
  private static void logWithout(
      Level level, Supplier<String> message, @Nullable Throwable thrown) {
    try {
      String what = thrown == null ? "" : " (" + thrown.getClass().getName() + ")";
      logger().log(level, message.get() + what);
    } catch (Throwable e) { // there is nobody left to tell
    }
  }
}
