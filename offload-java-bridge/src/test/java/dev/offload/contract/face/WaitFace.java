package dev.offload.contract.face;

import dev.offload.WakeOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A wait map as its users see it, in Kotlin or in Java. */
public interface WaitFace extends AutoCloseable {

  /** Waits from now on; cancelling the answer gives up the wait. A refusal is in the answer. */
  CompletableFuture<String> await(int key);

  CompletableFuture<String> await(int key, Duration timeout);

  /** Null if the time is over. */
  CompletableFuture<@Nullable String> awaitOrNull(int key, Duration timeout);

  WakeOutcome<String> wake(int key, String value);

  boolean fail(int key, Throwable cause);

  int failAll(Throwable cause);

  List<Integer> waitingKeys();

  void close(Throwable cause);

  @Override
  public void close();

  boolean isClosed();

  int size();
}
