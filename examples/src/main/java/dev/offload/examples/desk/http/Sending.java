package dev.offload.examples.desk.http;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A place among the downloads: a job without a thread of its own, which ends when it is closed. So
 * the manager counts downloads, limits their number and their time, and waits for them at its end,
 * while each is written by the thread of its request.
 */
public final class Sending implements AutoCloseable {
  /** The work of sending one file. */
  public static final OffloadKind<String, @Nullable Void> SEND = OffloadKind.named("file.send");

  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  private Sending() {}

  /**
   * Takes a place.
   *
   * @param manager counts it
   * @return the place, to be closed
   * @throws dev.offload.OffloadRejectedException if there is none
   */
  static Sending begin(AsyncOffloadManager manager) {
    Sending place = new Sending();
    // Who is out of time is told by his connection, and nobody else need know.
    var unused = manager.submitStage(SEND.auto(), () -> place.end).exceptionally(late -> null);
    return place;
  }

  /** Tells whether the place is lost, for want of time or because the desk closes. */
  boolean isOver() {
    return end.isDone();
  }

  @Override
  public void close() {
    end.complete(null);
  }
}
