package dev.offload.async;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stages that a body may answer, and that behave badly. */
final class HostileStage {
  private HostileStage() {}

  /** Cannot be cancelled through {@code toCompletableFuture}. */
  static CompletionStage<Integer> withoutFuture(CompletableFuture<Integer> stage) {
    return OddStage.over(
        stage, "toCompletableFuture", new UnsupportedOperationException("no future"));
  }

  /** Does something else when it is cancelled, and is not complete then. */
  static CompletableFuture<Integer> cancelledBy(Runnable action) {
    return new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean mayInterruptIfRunning) {
        action.run();
        return false;
      }
    };
  }

  /** Tells its end twice: a value first, an exception after it. */
  static CompletableFuture<Integer> tellingTwice(Integer value) {
    return new CompletableFuture<>() {
      @Override
      public CompletableFuture<Integer> whenComplete(
          java.util.function.BiConsumer<? super Integer, ? super Throwable> action) {
        action.accept(value, null);
        action.accept(null, new IllegalStateException("told twice"));
        return this;
      }
    };
  }
}
