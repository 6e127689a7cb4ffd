package dev.offload.examples.spring;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.async.OffloadFuture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** The code of docs/spring.md, to the letter. */
@RestController
class UserController {
  static final OffloadKind<Integer, User> LOAD_USER = OffloadKind.named("user.load");
  static final OffloadKind<Integer, String> LOAD_HISTORY = OffloadKind.named("history.load");

  private final AsyncOffloadManager offload;
  private final Api api;
  private final Duration patience;

  UserController(
      AsyncOffloadManager offload, Api api, @Value("${shop.patience:2s}") Duration patience) {
    this.offload = offload;
    this.api = api;
    this.patience = patience;
  }

  @GetMapping("/users/{id}")
  OffloadFuture<User> user(@PathVariable int id) {
    return offload.share(LOAD_USER.key(id), () -> api.user(id));
  }

  @GetMapping("/pages/{id}")
  CompletableFuture<Page> page(@PathVariable int id) {
    OffloadFuture<User> user = offload.share(LOAD_USER.key(id), () -> api.user(id));
    OffloadFuture<String> history = offload.share(LOAD_HISTORY.key(id), () -> api.history(id));
    return user.thenCombine(history, Page::new);
  }

  @GetMapping("/pages/{id}/whole")
  Page whole(@PathVariable int id) {
    try (AsyncOffloadScope request = offload.openScope("GET /pages/{id}/whole")) {
      OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
      OffloadFuture<String> history = request.submit(LOAD_HISTORY.key(id), () -> api.history(id));
      return user.thenCombine(history, Page::new).join();
    }
  }

  /** Wrong. */
  OffloadFuture<String> blocksAllTheSame(int id) {
    try (AsyncOffloadScope request = offload.openScope("GET /history/{id}")) {
      return request.submit(LOAD_HISTORY.key(id), () -> api.history(id));
    }
  }

  /** Wrong. */
  OffloadFuture<User> givesUpAtOnce(int id) {
    try (AsyncOffloadScope request = offload.openScope("GET /users/{id}")) {
      return request.share(LOAD_USER.key(id), () -> api.user(id));
    }
  }

  @GetMapping("/users/{id}/soon")
  DeferredResult<User> soon(@PathVariable int id) {
    OffloadFuture<User> user = offload.share(LOAD_USER.key(id), () -> api.user(id));
    DeferredResult<User> answer = new DeferredResult<>(patience.toMillis());
    answer.onCompletion(user::cancel); // answered, out of time or broken off: this caller leaves
    var unused =
        user.whenComplete(
            (loaded, failure) -> {
              if (failure == null) {
                answer.setResult(loaded);
              } else {
                answer.setErrorResult(failure);
              }
            });
    return answer;
  }
}
