package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Bounded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** E5, T3: waits of blocking bodies that end early, or make room. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings({
  "FutureReturnValueIgnored",
  "ImmutableEnumChecker"
}) // futures are told from outside
class WaitsTest {
  private static final OffloadKind<Object, Integer> A = OffloadKind.named("a");
  private static final OffloadKind<Object, Integer> B = OffloadKind.named("b");

  /** What completes a future from outside. */
  enum Outside {
    CANCEL(future -> future.cancel(true)),
    DROP(OffloadFuture::cancel),
    COMPLETE(future -> future.complete(3)),
    FAIL(future -> future.completeExceptionally(new IllegalStateException("from outside"))),
    TIME_OUT(future -> future.orTimeout(1, TimeUnit.NANOSECONDS));

    private final Consumer<OffloadFuture<Integer>> action;

    Outside(Consumer<OffloadFuture<Integer>> action) {
      this.action = action;
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E5: a future is completed while a body waits for it; who then waits for that body")
  void completedFromOutside(Outside outside) {
    try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
      for (int round = 0; round < 500; round++) {
        CompletableFuture<OffloadFuture<Integer>> freed = new CompletableFuture<>();
        OffloadFuture<Integer> job = manager.share(B.key(round), () -> freed.join().join());
        OffloadFuture<Integer> lease = manager.share(B.key(round), () -> 0);
        CompletableFuture<Void> runs = new CompletableFuture<>();
        OffloadFuture<Integer> waiter =
            manager.submit(
                A.key(round),
                () -> {
                  runs.complete(null);
                  try {
                    lease.join();
                  } catch (RuntimeException e) {
                    // It may be any, by what completed it.
                  }
                  return 2;
                });
        Bounded.get("the body runs", runs);
        outside.action.accept(lease);
        Bounded.until("the future is complete", lease::isDone);
        freed.complete(waiter);

        assertEquals(2, Bounded.get("a body that waits for who waited", job));
      }
    }
  }

  @Test
  @DisplayName("T3: who waits for room goes on when a queued job starts on a permit that is lent")
  void roomByLending() {
    OffloadConfig config =
        OffloadConfig.builder()
            .kind(A, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1).withMaxQueued(1)))
            .build();
    try (AsyncOffloadManager manager = AsyncOffloadManager.builder().config(config).build()) {
      CompletableFuture<OffloadFuture<Integer>> awaited = new CompletableFuture<>();
      CompletableFuture<Integer> end = new CompletableFuture<>();
      try {
        OffloadFuture<Integer> body = manager.submit(A.key(1), () -> awaited.join().join());
        Bounded.until("the body runs", () -> body.jobState() == JobState.RUNNING);
        OffloadFuture<Integer> queued = manager.submit(A.key(2), end::join);
        FutureTask<OffloadFuture<Integer>> last =
            new FutureTask<>(
                () -> manager.submitWhenRoom(A.key(3), SubmitOptions.unset(), () -> 3));
        Thread submitter = Bounded.newThread(last);
        submitter.start();
        Bounded.until("it waits", () -> submitter.getState() == Thread.State.WAITING);
        awaited.complete(queued);
        Bounded.until("it runs on a lent permit", () -> queued.jobState() == JobState.RUNNING);
        Bounded.until("there is room", () -> manager.isInFlight(A.key(3)));
        end.complete(1);
        assertEquals(1, Bounded.get("the body ends", body));
        assertEquals(3, Bounded.get("the last one ends", Bounded.get("it is taken", last)));
      } finally {
        end.complete(0);
      }
    }
  }
}
