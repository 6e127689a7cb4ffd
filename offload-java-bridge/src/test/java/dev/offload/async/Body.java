package dev.offload.async;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A body under the control of its test: it waits until it is released, and then does what it was
 * made for. The Kotlin face runs it suspending, see {@code Body.runSuspending}.
 */
final class Body<T> {
  private final Callable<T> action;
  private final boolean stubborn;
  private final @Nullable WaitInside<?, T> waitInside;
  private final AtomicInteger runs = new AtomicInteger();
  private final CompletableFuture<Void> gate = new CompletableFuture<>();
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private Body(Callable<T> action, boolean stubborn, @Nullable WaitInside<?, T> waitInside) {
    this.action = action;
    this.stubborn = stubborn;
    this.waitInside = waitInside;
  }

  /** Does it at once. */
  static <T> Body<T> of(Callable<T> action) {
    Body<T> body = new Body<>(action, false, null);
    body.release();
    return body;
  }

  /** Waits to be released, or to be stopped. */
  static <T> Body<T> held(Callable<T> action) {
    return new Body<>(action, false, null);
  }

  /** Waits to be released, whatever else happens. */
  static <T> Body<T> stubborn(Callable<T> action) {
    return new Body<>(action, true, null);
  }

  /** Waits to be released, or to be stopped, and then waits for something, in the body. */
  static <W, T> Body<T> waiting(Callable<Wait<W>> begin, Function<Outcome<W>, T> then) {
    return waiting(begin, then, false);
  }

  /** As {@link #waiting}, and can not be stopped before it is released. */
  static <W, T> Body<T> stubbornlyWaiting(Callable<Wait<W>> begin, Function<Outcome<W>, T> then) {
    return waiting(begin, then, true);
  }

  private static <W, T> Body<T> waiting(
      Callable<Wait<W>> begin, Function<Outcome<W>, T> then, boolean stubborn) {
    WaitInside<W, T> inside = new WaitInside<>(begin, then);
    return new Body<>(inside::block, stubborn, inside);
  }

  // For the test.

  Body<T> release() {
    gate.complete(null);
    return this;
  }

  Body<T> awaitStarted() {
    Bounded.get("the body starts", started);
    return this;
  }

  void awaitEnded() {
    Bounded.get("the body ends", ended);
  }

  /** Waits until the body has noticed that it is to stop. */
  void awaitStopped() {
    Bounded.get("the body is stopped", stopped);
  }

  int runs() {
    return runs.get();
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  // For the faces.

  T runBlocking() throws Exception {
    begin();
    try {
      awaitGate();
      return action.call();
    } finally {
      end();
    }
  }

  private void awaitGate() throws InterruptedException {
    while (true) {
      try {
        gate.get();
        return;
      } catch (InterruptedException e) {
        noteStopped();
        if (!stubborn) {
          throw e;
        }
      } catch (ExecutionException e) {
        throw new AssertionError("the gate only opens", e);
      }
    }
  }

  /**
   * As a stage that others complete, on a thread of their own unless the body need not wait. What
   * waits in the body does so before there is a stage: only that is known to be the body's wait.
   */
  CompletableFuture<T> runAsStage() {
    if (waitInside != null) {
      return runBeforeTheStage();
    }
    begin();
    CompletableFuture<T> stage = new Stage();
    if (gate.isDone()) {
      act(stage);
    } else {
      var unused =
          gate.whenCompleteAsync(
              (open, never) -> act(stage), task -> Bounded.newThread(task).start());
    }
    return stage;
  }

  private CompletableFuture<T> runBeforeTheStage() {
    try {
      return CompletableFuture.completedFuture(runBlocking());
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void act(CompletableFuture<T> stage) {
    if (stage.isDone()) {
      return;
    }
    T value;
    try {
      value = action.call();
    } catch (Throwable e) { // whatever the body is to fail with
      end();
      stage.completeExceptionally(e);
      return;
    }
    end();
    stage.complete(value);
  }

  /** One that notices its cancel, and cannot be cancelled if the body is stubborn. */
  private final class Stage extends CompletableFuture<T> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      noteStopped();
      if (stubborn) {
        return false;
      }
      end();
      return super.cancel(mayInterruptIfRunning);
    }
  }

  CompletableFuture<Void> gate() {
    return gate;
  }

  Callable<T> action() {
    return action;
  }

  /** How it waits after it was released; null if it does not. */
  @Nullable WaitInside<?, T> waitInside() {
    return waitInside;
  }

  boolean isStubborn() {
    return stubborn;
  }

  void begin() {
    runs.incrementAndGet();
    started.complete(null);
  }

  void noteStopped() {
    stopped.complete(null);
  }

  void end() {
    ended.complete(null);
  }
}
