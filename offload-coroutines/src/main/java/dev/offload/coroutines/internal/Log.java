package dev.offload.coroutines.internal;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of this library. A logger is somebody else's code, and so are the messages of the
 * exceptions it prints: whatever they throw stays here, since nothing of anybody may depend on it.
 */
public final class Log {
  private static final System.Logger LOG = System.getLogger("dev.offload");

  private Log() {}

  /** Something went wrong that nobody else is told. */
  public static void warn(String message, @Nullable Throwable thrown) {
    log(Level.WARNING, () -> message, thrown);
  }

  static void log(Level level, Supplier<String> message, @Nullable Throwable thrown) {
    try {
      if (thrown == null) {
        LOG.log(level, message);
      } else {
        LOG.log(level, message, thrown);
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
      LOG.log(level, message.get() + what);
    } catch (Throwable e) { // there is nobody left to tell
    }
  }
}
