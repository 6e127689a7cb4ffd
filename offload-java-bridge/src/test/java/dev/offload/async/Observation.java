package dev.offload.async;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The ways in which a caller asks for the outcome of a future. */
enum Observation {
  JOIN {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return Bounded.start(future::join);
    }
  },
  GET {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return Bounded.start(() -> Bounded.get("the outcome", future));
    }
  },
  THEN_APPLY {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return future.thenApply(value -> value);
    }
  },
  WHEN_COMPLETE_ASYNC {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return future.whenCompleteAsync((value, failure) -> {});
    }
  },
  COMBINED_BY_ANOTHER {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return CompletableFuture.completedFuture(1).thenCombine(future, Integer::sum);
    }
  },
  OR_TIMEOUT {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return future.orTimeout(1, TimeUnit.HOURS);
    }
  },
  ALL_OF {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return CompletableFuture.allOf(future, new CompletableFuture<>());
    }
  },
  ANY_OF {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return CompletableFuture.anyOf(future, new CompletableFuture<>());
    }
  },
  MINIMAL_STAGE {
    @Override
    CompletableFuture<?> of(OffloadFuture<Integer> future) {
      return future.minimalCompletionStage().toCompletableFuture();
    }
  };

  /** Asks; what is answered is kept until the test is over. */
  abstract CompletableFuture<?> of(OffloadFuture<Integer> future);
}
