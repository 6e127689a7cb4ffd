package dev.offload.coroutines.internal.threads;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of this library. A logger is foreign code, and so are the messages of the exceptions it
 * prints: its exceptions are contained here, and however long it takes, it delays only the log's
 * thread. That thread is not a daemon, so that a program that exits has logged why; it ends when
 * idle. A logger that cannot keep up is told how many reports were left out, as pending reports
 * take memory.
 */
public final class Log {
  private static final Reports REPORTS = new Reports(SidePool.ofLog()::runAside);

  private Log() {}

  /** Looked up each time, as the first time may be too early for the logger finder. */
  private static System.Logger logger() {
    return System.getLogger("dev.offload");
  }

  /** Something went wrong that is reported nowhere else. */
  public static void warn(String message, @Nullable Throwable thrown) {
    log(Level.WARNING, () -> message, thrown);
  }

  public static void log(Level level, Supplier<String> message, @Nullable Throwable thrown) {
    REPORTS.post(() -> logNow(level, message, thrown));
  }

  /** The reports that wait for the logger. */
  static final class Reports {
    /** The maximum number of pending reports. */
    static final int MOST = 1_000;

    private final SerialQueue mailbox;
    private final AtomicLong leftOut = new AtomicLong();

    /** Creates a mailbox that logs on {@code lane}. */
    Reports(Executor lane) {
      mailbox = new SerialQueue(lane);
    }

    void post(Runnable report) {
      if (mailbox.untold() >= MOST) {
        leftOut.incrementAndGet(); // one that is pending now will report it
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

  /** Perhaps it was the exception that could not be printed. */
  private static void logWithout(
      Level level, Supplier<String> message, @Nullable Throwable thrown) {
    try {
      String what = thrown == null ? "" : " (" + thrown.getClass().getName() + ")";
      logger().log(level, message.get() + what);
    } catch (Throwable e) { // nowhere left to report it
    }
  }
}
