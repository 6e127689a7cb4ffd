package dev.offload.coroutines.internal;

import java.lang.System.Logger.Level;
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
  /** How many reports may wait for the logger. */
  static final int MOST = 1_000;

  private static final Mailbox MAILBOX = new Mailbox(SideThreads.Lane.ofLog()::run);
  private static final AtomicLong LEFT_OUT = new AtomicLong();

  private Log() {}

  /** Asked for each time, as the first time may be too early for whoever finds loggers. */
  private static System.Logger logger() {
    return System.getLogger("dev.offload");
  }

  /** Something went wrong that nobody else is told. */
  public static void warn(String message, @Nullable Throwable thrown) {
    log(Level.WARNING, () -> message, thrown);
  }

  static void log(Level level, Supplier<String> message, @Nullable Throwable thrown) {
    if (MAILBOX.untold() >= MOST) {
      LEFT_OUT.incrementAndGet(); // one that waits now tells it
      return;
    }
    MAILBOX.post(
        () -> {
          long leftOut = LEFT_OUT.getAndSet(0);
          if (leftOut > 0) {
            logNow(
                Level.WARNING, () -> leftOut + " reports were left out: the logger is slow", null);
          }
          logNow(level, message, thrown);
        });
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
