package dev.offload.async;

import dev.offload.OffloadException;
import dev.offload.WakeOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The contract's view of an {@link AsyncWaitMap}. */
final class JavaWaitFace implements WaitFace {
  private final AsyncWaitMap<Integer, String> map;

  JavaWaitFace(WaitSettings settings) {
    AsyncWaitMap.Builder<Integer, String> builder =
        AsyncWaitMap.<Integer, String>builder().onUndelivered(settings.onUndelivered());
    if (settings.early() != null) {
      builder.earlyWakes(settings.early());
    }
    map = builder.build();
  }

  @Override
  public CompletableFuture<String> await(int key) {
    return orRefusal(() -> map.await(key));
  }

  @Override
  public CompletableFuture<String> await(int key, Duration timeout) {
    return orRefusal(() -> map.await(key, timeout));
  }

  private static CompletableFuture<String> orRefusal(Supplier<CompletableFuture<String>> wait) {
    try {
      return wait.get();
    } catch (OffloadException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public WakeOutcome<String> wake(int key, String value) {
    return map.wake(key, value);
  }

  @Override
  public void close(Throwable cause) {
    map.close(cause);
  }

  @Override
  public void close() {
    map.close();
  }

  @Override
  public boolean isClosed() {
    return map.isClosed();
  }

  @Override
  public int size() {
    return map.size();
  }
}
