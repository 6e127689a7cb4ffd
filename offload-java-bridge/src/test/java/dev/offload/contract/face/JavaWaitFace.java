package dev.offload.contract.face;

import dev.offload.OffloadException;
import dev.offload.WakeOutcome;
import dev.offload.async.AsyncWaitMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The contract's view of an {@link AsyncWaitMap}. */
public final class JavaWaitFace implements WaitFace {
  private final AsyncWaitMap<Integer, String> map;

  public JavaWaitFace(WaitSettings settings) {
    AsyncWaitMap.Builder<Integer, String> builder =
        AsyncWaitMap.<Integer, String>builder()
            .remember(settings.remember())
            .onUndelivered(settings.onUndelivered());
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

  @Override
  public CompletableFuture<@Nullable String> awaitOrNull(int key, Duration timeout) {
    return orRefusal(
        () -> map.await(key).completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS));
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
  public boolean fail(int key, Throwable cause) {
    return map.fail(key, cause);
  }

  @Override
  public int failAll(Throwable cause) {
    return map.failAll(cause);
  }

  @Override
  public List<Integer> waitingKeys() {
    return map.waitingKeys();
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
