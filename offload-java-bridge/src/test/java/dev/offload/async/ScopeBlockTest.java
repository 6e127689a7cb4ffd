package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.ScopeClosedException;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** J5: a scope around a block, and a call that waits for its value. */
class ScopeBlockTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");
  private static final ScopeOptions FAIL_FAST = ScopeOptions.unset().withFailFast();

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final Body<Integer> held = Body.held(() -> 1);
  private final Body<Integer> stubborn = Body.stubborn(() -> 2);

  @AfterEach
  void close() {
    held.release();
    stubborn.release();
    Bounded.run("close the manager", manager::close);
    assertEquals(0, manager.activeCount());
    assertEquals(List.of(), manager.snapshot().children());
  }

  // A scope around a block.

  @Test
  @DisplayName("J5: a block that returns gives its value when the jobs of its scope have ended")
  void value() {
    AtomicReference<AsyncOffloadScope> inside = new AtomicReference<>();
    CompletableFuture<Integer> answer =
        Bounded.supply(
            () ->
                manager.scope(
                    "request",
                    request -> {
                      inside.set(request);
                      var unused = request.submit(KEY, held::runBlocking);
                      return request.submit(LOAD.key("other"), () -> 5).join();
                    }));
    held.awaitStarted();
    assertFalse(answer.isDone());
    held.release();

    assertEquals(5, Bounded.get("the scope ends", answer));
    assertThrows(ScopeClosedException.class, () -> inside.get().submit(KEY, () -> 1));
  }

  @Test
  @DisplayName(
      "J5: a block that throws has its jobs cancelled and waited for, and is told as it is")
  void failure() {
    IOException failure = new IOException("on purpose");
    AtomicReference<OffloadFuture<Integer>> job = new AtomicReference<>();
    CompletableFuture<Throwable> thrown =
        Bounded.supply(
            () ->
                assertThrows(
                    IOException.class,
                    () ->
                        manager.scope(
                            "request",
                            request -> {
                              job.set(request.submit(KEY, stubborn::runBlocking));
                              stubborn.awaitStarted();
                              throw failure;
                            })));
    stubborn.awaitStopped();
    assertFalse(thrown.isDone(), "the body goes on");
    stubborn.release();

    assertSame(failure, Bounded.get("the scope ends", thrown));
    assertEquals(0, failure.getSuppressed().length);
    CompletionException told = assertThrows(CompletionException.class, () -> job.get().join());
    assertEquals(
        CancelReason.SCOPE_CLOSED,
        assertInstanceOf(OffloadCancelledException.class, told.getCause()).reason());
  }

  @Test
  @DisplayName(
      "J5, E4: in a scope that fails fast the first failure is told, whatever the block met")
  void firstFailure() {
    IOException failure = new IOException("on purpose");
    CompletionException told =
        assertThrows(
            CompletionException.class,
            () ->
                manager.scope(
                    "request",
                    FAIL_FAST,
                    request -> {
                      OffloadFuture<Integer> other = request.submit(KEY, held::runBlocking);
                      held.awaitStarted();
                      var unused =
                          request.submit(
                              LOAD.key("fails"),
                              () -> {
                                throw failure;
                              });
                      return other.join(); // it is cancelled
                    }));
    assertSame(failure, told.getCause());

    IllegalStateException own = new IllegalStateException("on purpose");
    assertSame(
        own,
        assertThrows(
            IllegalStateException.class,
            () ->
                manager.scope(
                    "request",
                    FAIL_FAST,
                    request -> {
                      throw own;
                    })));
  }

  @Test
  @DisplayName("J5: a block may throw what it declares, null is an answer, and blocks nest")
  void signatures() throws IOException {
    assertNull(manager.scope("request", request -> null));
    Integer nested =
        manager.<Integer, IOException>scope(
            "outer",
            outer -> outer.scope("inner", inner -> read(inner.submit(KEY, () -> 3).join())));
    assertEquals(3, nested);
  }

  private static int read(int value) throws IOException {
    if (value < 0) {
      throw new IOException("negative");
    }
    return value;
  }

  @Test
  @DisplayName("E5: a block in a body whose scope waits for that body is told what it threw")
  void circle() {
    IllegalStateException failure = new IllegalStateException("on purpose");
    CompletableFuture<OffloadFuture<Integer>> self = new CompletableFuture<>();
    OffloadFuture<Integer> job =
        manager.submit(
            KEY,
            () ->
                manager.scope(
                    "request",
                    request -> {
                      var unused = request.submit(LOAD.key("waits"), () -> self.join().join());
                      throw failure;
                    }));
    self.complete(job);

    AssertionError told =
        assertThrows(AssertionError.class, () -> Bounded.get("the job ends", job));
    assertSame(failure, told.getCause());
  }

  // A call.

  @Test
  @DisplayName("J5: a call gives the value of the one flight, and its lease ends with it")
  void call() throws InterruptedException {
    CompletableFuture<Integer> first = Bounded.supply(() -> manager.call(KEY, held::runBlocking));
    held.awaitStarted();
    CompletableFuture<Integer> second = Bounded.supply(() -> manager.call(KEY, () -> -1));
    Bounded.until("both wait", () -> manager.find(KEY).orElseThrow().leases() == 2);
    held.release();

    assertEquals(1, Bounded.get("the first", first));
    assertEquals(1, Bounded.get("the second", second));
    assertEquals(
        4, manager.call(KEY, SubmitOptions.unset().withConflict(ConflictPolicy.NEXT), () -> 4));
  }

  @Test
  @DisplayName("J5: a call that is interrupted drops its lease, and the last one ends the flight")
  void interruptedCall() throws InterruptedException {
    CompletableFuture<Integer> other = Bounded.supply(() -> manager.call(KEY, held::runBlocking));
    held.awaitStarted();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Bounded.newThread(
            () ->
                thrown.set(
                    assertThrows(InterruptedException.class, () -> manager.call(KEY, () -> -1))));
    caller.start();
    Bounded.until("both wait", () -> manager.find(KEY).orElseThrow().leases() == 2);
    caller.interrupt();
    caller.join(Bounded.BOUND.toMillis());

    assertInstanceOf(InterruptedException.class, thrown.get());
    assertEquals(1, manager.find(KEY).orElseThrow().leases());
    held.release();
    assertEquals(1, Bounded.get("the other", other));
  }

  @Test
  @DisplayName("J5: a call that runs out of time drops its lease, and the last one ends the flight")
  void callThatTakesTooLong() {
    SubmitOptions none = SubmitOptions.unset();
    assertThrows(
        TimeoutException.class,
        () -> manager.call(KEY, none, Duration.ofMillis(5), held::runBlocking));
    Bounded.until("it is over", () -> !manager.isInFlight(KEY));
    assertEquals(
        7,
        Bounded.get(
            "in time", Bounded.supply(() -> manager.call(KEY, none, Bounded.BOUND, () -> 7))));
  }

  @Test
  @DisplayName("E1: a call whose flight fails throws the failure as a cause, as join does")
  void failedCall() {
    IOException failure = new IOException("on purpose");
    CompletionException told =
        assertThrows(
            CompletionException.class,
            () ->
                manager.call(
                    KEY,
                    () -> {
                      throw failure;
                    }));
    assertSame(failure, told.getCause());
  }

  @Test
  @DisplayName("E5: a call of a body's own key would wait for itself")
  void callOfItself() {
    OffloadFuture<Integer> job =
        manager.share(
            KEY,
            () -> {
              assertThrows(OffloadCycleException.class, () -> manager.call(KEY, () -> -1));
              return 1;
            });
    assertEquals(1, Bounded.get("the job", job));
  }

  @Test
  @DisplayName("R8: a call through a scope that ends goes on: its caller is there")
  void callThroughAScopeThatEnds() {
    AsyncOffloadScope scope = manager.openScope("request");
    CompletableFuture<Integer> answer = Bounded.supply(() -> scope.call(KEY, held::runBlocking));
    held.awaitStarted();
    Bounded.run("the scope ends", scope::close);
    assertFalse(answer.isDone());
    held.release();
    assertEquals(1, Bounded.get("the call", answer));
  }

  @Test
  @DisplayName("arguments: null is refused, and the message names what was null")
  void nulls() {
    SubmitOptions none = SubmitOptions.unset();
    for (Executable wrong :
        List.<Executable>of(
            () -> manager.scope("request", null),
            () -> manager.scope(null, request -> 1),
            () -> manager.scope("request", null, request -> 1),
            () -> manager.call(null, () -> 1),
            () -> manager.call(KEY, null),
            () -> manager.call(KEY, null, () -> 1),
            () -> manager.call(KEY, none, null, () -> 1),
            () -> manager.call(KEY, none, Duration.ofNanos(-1), () -> 1))) {
      String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
      assertTrue(message.contains("must not be"), message);
    }
    assertEquals(0, manager.snapshot().total().submitted());
  }

  @Test
  @DisplayName("R9: an exception of a block whose cause cannot be asked for is told as it is")
  void causeThatThrows() {
    CompletionException hostile =
        new CompletionException("on purpose", null) {
          @Override
          public synchronized Throwable getCause() {
            throw new UnsupportedOperationException("no cause");
          }
        };
    ScopeOptions brief = ScopeOptions.unset().withTimeout(Duration.ofMillis(5));
    for (ScopeOptions options : List.of(ScopeOptions.unset(), brief)) {
      assertSame(
          hostile,
          assertThrows(
              CompletionException.class,
              () ->
                  manager.scope(
                      "request",
                      options,
                      request -> {
                        OffloadFuture<Integer> job = request.submit(KEY, held::runBlocking);
                        if (options.equals(brief)) { // until the time of the scope is over
                          assertThrows(CompletionException.class, job::join);
                        }
                        throw hostile;
                      })));
    }
  }
}
