package dev.offload.examples.desk;

import dev.offload.ConcurrencyLimit;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What can be chosen; the defaults are in {@code application.properties}.
 *
 * <p>An upload and a download have a thread of the server for as long as their client likes. So
 * uploads may have a third of the threads, downloads another one, and the last one is for requests
 * that end by themselves, whatever else is chosen here.
 *
 * @param dir where files are kept
 * @param maxSize how large one may be
 * @param grace how long a stop waits, first for requests, then for tasks
 * @param receiveAtOnce how many uploads are received at a time, at most
 * @param receiveWaiting how many wait for their turn, at most; more are refused
 * @param receiveTime how long an upload may take
 * @param stallTime how long an upload may stand still
 * @param sendAtOnce how many downloads are sent at a time, at most; more are refused
 * @param sendTime how long a download may take
 * @param serverThreads how many threads the server has
 */
@ConfigurationProperties("desk")
record DeskSettings(
    Path dir,
    DataSize maxSize,
    Duration grace,
    int receiveAtOnce,
    int receiveWaiting,
    Duration receiveTime,
    Duration stallTime,
    int sendAtOnce,
    Duration sendTime,
    int serverThreads) {

  /** Without virtual threads bodies share 64; what stores and deletes must not wait for uploads. */
  private static final int RECEIVING_THREADS = 48;

  /** Checks that there is a thread for each third. */
  DeskSettings {
    if (serverThreads < 3) {
      throw new IllegalArgumentException("server.tomcat.threads.max must be at least 3");
    }
  }

  /** Returns how many uploads there may be. */
  ConcurrencyLimit receiving() {
    int atOnce = Math.min(receiveAtOnce, Math.min(RECEIVING_THREADS, third()));
    return new ConcurrencyLimit(atOnce, Math.min(receiveWaiting, third() - atOnce));
  }

  /** Returns how many downloads there may be. */
  ConcurrencyLimit sending() {
    return new ConcurrencyLimit(Math.min(sendAtOnce, third()), 0);
  }

  private int third() {
    return serverThreads / 3;
  }
}
