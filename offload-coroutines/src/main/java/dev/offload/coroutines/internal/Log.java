package dev.offload.coroutines.internal;

import java.lang.System.Logger.Level;

/** Tells the log, so that nothing the log does gets out: it is not ours either. */
final class Log {
  private Log() {}

  static void warn(String message, Throwable thrown) {
    try {
      System.getLogger("dev.offload").log(Level.WARNING, message, thrown);
    } catch (Throwable e) { // nobody is left to tell
      return;
    }
  }
}
