package dev.offload.async;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A handler of the library's log that does what a test wants, on the thread that logs. */
final class HostileLog extends Handler {
  private static final Logger LOGGER = Logger.getLogger("dev.offload");

  private final Consumer<LogRecord> reaction;
  private final AtomicInteger records = new AtomicInteger();

  private HostileLog(Consumer<LogRecord> reaction) {
    this.reaction = reaction;
  }

  static HostileLog install(Consumer<LogRecord> reaction) {
    HostileLog log = new HostileLog(reaction);
    LOGGER.addHandler(log);
    return log;
  }

  int records() {
    return records.get();
  }

  @Override
  public void publish(LogRecord record) {
    records.incrementAndGet();
    reaction.accept(record);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
  }
}
