package dev.offload.contract.face;

import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A call that blocks as a {@link Wait}; an interrupt gives it up. */
public record JavaWait<T>(Callable<T> call) implements Wait<T> {

  @Override
  public Outcome<T> block() throws InterruptedException {
    try {
      return new Outcome<>(call.call(), null);
    } catch (InterruptedException e) {
      throw e;
    } catch (CompletionException | ExecutionException e) {
      return new Outcome<>(null, e.getCause());
    } catch (Throwable e) { // as it is told
      return new Outcome<>(null, e);
    }
  }

  @Override
  public CompletableFuture<Outcome<T>> start() {
    CompletableFuture<Outcome<T>> told = new CompletableFuture<>();
    Thread caller =
        Bounded.newThread(
            () -> {
              try {
                told.complete(block());
              } catch (InterruptedException e) {
                told.completeExceptionally(e);
              }
            });
    caller.start();
    var unused =
        told.whenComplete(
            (outcome, failure) -> {
              if (told.isCancelled()) {
                caller.interrupt();
                Bounded.until("the caller gives up", () -> !caller.isAlive());
              }
            });
    Bounded.until(
        "the caller waits or is told",
        () -> caller.getState() == Thread.State.WAITING || told.isDone());
    return told;
  }
}
