package dev.offload.examples.spring;

import static dev.offload.examples.spring.UserController.LOAD_USER;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.OffloadFuture;
import dev.offload.async.SubmitOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Service;

/** The code of docs/spring.md, to the letter. */
@Service
class Recipes {
  private final AsyncOffloadManager offload;
  private final Api api;

  private final Cache<Integer, User> users =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  Recipes(AsyncOffloadManager offload, Api api) {
    this.offload = offload;
    this.api = api;
  }

  /** Tries again after an {@code IOException}. An interrupt, as by a cancel, ends it. */
  static <T> T withRetry(int attempts, Duration pause, Callable<T> call) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.call();
      } catch (IOException e) {
        if (attempt == attempts || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    }
  }

  OffloadFuture<User> retried(int id, Duration pause) {
    SubmitOptions allAttempts =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofSeconds(30)));
    return offload.share(
        LOAD_USER.key(id), allAttempts, () -> withRetry(3, pause, () -> api.user(id)));
  }

  CompletableFuture<User> cached(int id) {
    User cached = users.getIfPresent(id);
    if (cached != null) {
      return CompletableFuture.completedFuture(cached);
    }
    return offload.share(
        LOAD_USER.key(id),
        () -> {
          User meanwhile = users.getIfPresent(id); // put by a load that has just ended
          if (meanwhile != null) {
            return meanwhile;
          }
          User loaded = api.user(id);
          users.put(id, loaded);
          return loaded;
        });
  }
}
