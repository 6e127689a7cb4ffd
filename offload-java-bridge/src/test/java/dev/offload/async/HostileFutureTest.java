package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.contract.HostileContract;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HostileExecutor;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Observation;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.SlowId;
import dev.offload.contract.fixture.Work;
import dev.offload.spi.OffloadListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A future tells one story, whatever its neighbours do")
class HostileFutureTest {
  private final Neighbours neighbours = new Neighbours();
  private final List<Body<?>> bodies = new ArrayList<>();
  private AsyncOffloadManager manager = AsyncOffloadManager.create();

  @AfterEach
  void close() {
    neighbours.letGo();
    bodies.forEach(Body::release);
    Bounded.run("the manager comes to rest", manager::close);
    neighbours.assertNoThreadStaysBusy();
  }

  private void open(AsyncOffloadManager.Builder builder) {
    manager.close();
    manager = builder.build();
  }

  private ExecutorService pool(int threads) {
    ExecutorService pool =
        java.util.concurrent.Executors.newFixedThreadPool(threads, Bounded::newThread);
    neighbours.atEnd(pool::shutdown);
    return pool;
  }

  private Body<Integer> held(Callable<Integer> action) {
    Body<Integer> body = Body.held(action);
    bodies.add(body);
    return body;
  }

  private Block blockingStage(OffloadFuture<Integer> future) {
    Block block = neighbours.block();
    var unused = future.whenComplete((value, failure) -> block.hold());
    return block;
  }

  // The scope's end.

  @ParameterizedTest
  @EnumSource(Observation.class)
  @DisplayName(
      "J3: when close returns, the futures of the scope's jobs are done, whoever asks meanwhile")
  void doneWhenCloseReturns(Observation observation) {
    try (Race race = new Race(3)) {
      for (int i = 0; i < 100; i++) {
        AsyncOffloadScope scope = manager.openScope("request");
        AtomicBoolean go = new AtomicBoolean();
        OffloadFuture<Integer> future = scope.submit(Work.LOAD.key(1), () -> spinUntil(go));
        List<Boolean> answers =
            race.each(
                List.<Callable<Boolean>>of(
                    () -> {
                      go.set(true);
                      return true;
                    },
                    () -> observation.of(future) != null,
                    () -> {
                      scope.close();
                      return future.isDone() && future.getNow(-1) == 1;
                    }));
        assertTrue(answers.get(2), "done when close returned");
      }
    }
  }

  @Test
  @DisplayName("J3: so it is while the next job of their limit is stuck at its executor")
  void doneWhenCloseReturnsThoughTheNextIsStuck() {
    HostileExecutor executor = new HostileExecutor(pool(4));
    RecordingListener listener = new RecordingListener();
    open(
        AsyncOffloadManager.builder()
            .executor(executor)
            .listener(listener)
            .config(OffloadConfig.builder().kind(Work.LOAD, HostileContract.ONE).build()));
    AsyncOffloadScope scope = manager.openScope("request");
    Body<Integer> failing =
        held(
            () -> {
              throw new IOException("on purpose");
            });
    OffloadFuture<Integer> first = scope.submit(Work.LOAD.key(1), failing::runBlocking);
    failing.awaitStarted();
    Body<Integer> other = held(() -> 2);
    OffloadFuture<Integer> last = scope.submit(Work.STORE.key(2), other::runBlocking);
    other.awaitStarted();
    CompletableFuture<Void> both = CompletableFuture.allOf(first, last);
    OffloadFuture<Integer> next = manager.submit(Work.LOAD.key(2), () -> 3);
    Block block = neighbours.block();
    executor.turn(HostileExecutor.Manner.blocking(block));
    failing.release();
    block.awaitArrival();
    executor.recover();
    other.release();
    Bounded.run("the scope ends", scope::close);

    assertTrue(first.isDone(), "the failed one");
    assertTrue(last.isDone(), "the last one");
    Bounded.until("who waits for both is told", both::isDone);
    block.release();
    assertEquals(3, Bounded.get("the next runs", next));
    listener.await("onEnded", event -> event.failure() instanceof IOException);
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "allOf had asked");
  }

  // Other callers.

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @DisplayName("R9: a stage that blocks delays no other future of the job, however it is asked")
  void otherFuturesAreTold(int position) throws Exception {
    open(AsyncOffloadManager.builder().executor(pool(1)));
    Body<Integer> body = held(() -> 1);
    List<OffloadFuture<Integer>> futures = new ArrayList<>();
    List<CompletableFuture<Integer>> parked = new ArrayList<>();
    Block block = neighbours.block();
    for (int i = 0; i < 3; i++) {
      OffloadFuture<Integer> future = manager.share(Work.LOAD.key(1), body::runBlocking);
      futures.add(future);
      if (i == position) {
        var unused = future.whenComplete((value, failure) -> block.hold());
      }
      CompletableFuture<Integer> joining = Bounded.supply(future::join);
      parked.add(joining);
      parked.add(Bounded.supply(() -> future.get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS)));
    }
    body.awaitStarted();
    body.release();
    block.awaitArrival();

    for (CompletableFuture<Integer> one : parked) {
      assertEquals(1, Bounded.get("who is parked is told", one));
    }
    for (OffloadFuture<Integer> future : futures) {
      Bounded.until("it is done", future::isDone);
      assertEquals(1, future.join());
      assertEquals(1, future.get());
      assertEquals(1, future.getNow(-1));
      assertFalse(future.isCompletedExceptionally());
      assertFalse(future.isCancelled());
    }
    OffloadFuture<Integer> next = manager.submit(Work.LOAD.key(1), () -> 2);
    assertEquals(2, Bounded.get("the next job runs", next));
    assertFalse(block.isReleased());
  }

  @Test
  @DisplayName("R9: two stages that wait for each other's job are both answered")
  void stagesThatJoinEachOther() {
    open(AsyncOffloadManager.builder().executor(pool(2)));
    Body<Integer> a = held(() -> 1);
    Body<Integer> b = held(() -> 2);
    OffloadFuture<Integer> first = manager.submit(Work.LOAD.key(1), a::runBlocking);
    OffloadFuture<Integer> second = manager.submit(Work.LOAD.key(2), b::runBlocking);
    CompletableFuture<Integer> ofFirst = first.thenApply(value -> value + second.join());
    CompletableFuture<Integer> ofSecond = second.thenApply(value -> value + first.join());
    a.release();
    b.release();

    assertEquals(3, Bounded.get("the first stage", ofFirst));
    assertEquals(3, Bounded.get("the second stage", ofSecond));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @DisplayName("R9: a stage may wait for a later job under the same limit, on the same threads")
  void stageThatJoinsTheNext(int threads) {
    open(
        AsyncOffloadManager.builder()
            .executor(pool(threads))
            .config(OffloadConfig.builder().kind(Work.LOAD, HostileContract.ONE).build()));
    Body<Integer> body = held(() -> 1);
    OffloadFuture<Integer> first = manager.submit(Work.LOAD.key(1), body::runBlocking);
    body.awaitStarted();
    OffloadFuture<Integer> second = manager.submit(Work.LOAD.key(2), () -> 2);
    CompletableFuture<Integer> sum = first.thenApply(value -> value + second.join());
    body.release();

    assertEquals(3, Bounded.get("the stage", sum));
  }

  @Test
  @DisplayName(
      "R9: the stages of 5,000 cancelled futures that block cost few threads, and no other caller its answer")
  void manyBlockedStages() {
    open(AsyncOffloadManager.builder().executor(FaceSettings.DIRECT));
    int before = ManagementFactory.getThreadMXBean().getThreadCount();
    Block block = neighbours.block();
    List<OffloadFuture<Integer>> others = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      OffloadFuture<Integer> blocked =
          manager.submitStage(Work.LOAD.key(i), () -> new CompletableFuture<Integer>());
      var unused = blocked.whenComplete((value, failure) -> block.hold());
      others.add(manager.submitStage(Work.LOAD.key(i), () -> new CompletableFuture<Integer>()));
    }
    CompletableFuture<Boolean> parked =
        Bounded.supply(
            () -> {
              try {
                others.get(4_999).join();
                return false;
              } catch (java.util.concurrent.CompletionException e) {
                return true;
              }
            });
    Bounded.run("cancelAll returns", manager::cancelAll);
    block.awaitArrival();

    for (OffloadFuture<Integer> other : others) {
      Bounded.until("it is done", other::isDone);
      assertTrue(other.isCompletedExceptionally());
    }
    assertTrue(Bounded.get("who is parked is told", parked));
    int more = ManagementFactory.getThreadMXBean().getThreadCount() - before;
    assertTrue(more < 200, () -> more + " more threads");
    assertEquals(1, Bounded.get("the next", manager.submit(Work.LOAD.key(1), () -> 1)));
  }

  // Completion from outside, while the body ends.

  /** What a caller does to its future when the body ends. */
  enum Outside {
    CANCEL {
      @Override
      void apply(OffloadFuture<Integer> future) {
        future.cancel();
      }
    },
    CANCEL_AS_FUTURE {
      @Override
      void apply(OffloadFuture<Integer> future) {
        future.cancel(true);
      }
    },
    COMPLETE {
      @Override
      void apply(OffloadFuture<Integer> future) {
        future.complete(-1);
      }
    },
    COMPLETE_EXCEPTIONALLY {
      @Override
      void apply(OffloadFuture<Integer> future) {
        future.completeExceptionally(new IOException("from outside"));
      }
    };

    abstract void apply(OffloadFuture<Integer> future);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: who completes a future whose body has decided may submit again under the key")
  void nextUnderTheKeyIsAccepted(Outside how) {
    OffloadKey.Keyed<Integer> neighbour = Work.LOAD.key(new SlowId("neighbour"));
    Body<Integer> other = held(() -> 0);
    var unused = manager.submit(neighbour, other::runBlocking);
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        OffloadKey.Keyed<Integer> key = Work.LOAD.key(new SlowId("same"));
        AtomicBoolean go = new AtomicBoolean();
        CompletableFuture<Void> started = new CompletableFuture<>();
        OffloadFuture<Integer> future =
            manager.submit(
                key,
                SubmitOptions.unset().withConflict(ConflictPolicy.REJECT),
                () -> {
                  started.complete(null);
                  return spinUntil(go);
                });
        Bounded.get("the body starts", started);
        List<Boolean> answers =
            race.each(
                List.<Callable<Boolean>>of(
                    () -> {
                      go.set(true);
                      return true;
                    },
                    () -> {
                      how.apply(future);
                      return future.jobState() != JobState.SUCCEEDED || isAccepted(key);
                    }));
        assertTrue(answers.get(1), "the body had decided, and the next was refused");
        Bounded.until("the key is free", () -> !manager.isInFlight(key));
      }
    }
  }

  private boolean isAccepted(OffloadKey<Integer> key) {
    SubmitOptions reject = SubmitOptions.unset().withConflict(ConflictPolicy.REJECT);
    return !(manager.trySubmit(key, reject, () -> 2) instanceof Submission.Rejected);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: who completes a future whose body has decided finds its permit back")
  void nextUnderTheLimitIsAccepted(Outside how) {
    KindPolicy one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1).withMaxQueued(0));
    open(
        AsyncOffloadManager.builder().config(OffloadConfig.builder().kind(Work.LOAD, one).build()));
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        int round = i;
        AtomicBoolean go = new AtomicBoolean();
        CompletableFuture<Void> started = new CompletableFuture<>();
        OffloadFuture<Integer> future =
            manager.submit(
                Work.LOAD.key(round),
                () -> {
                  started.complete(null);
                  return spinUntil(go);
                });
        Bounded.get("the body starts", started);
        List<Boolean> answers =
            race.each(
                List.<Callable<Boolean>>of(
                    () -> {
                      go.set(true);
                      return true;
                    },
                    () -> {
                      how.apply(future);
                      return future.jobState() != JobState.SUCCEEDED
                          || isAccepted(Work.LOAD.key("next " + round));
                    }));
        assertTrue(answers.get(1), "the body had decided, and the next found no permit");
        Bounded.until("all have ended", () -> manager.activeCount() == 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J6: who completes a future while it is on its way to him has one story")
  void oneStory(Outside how) {
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        AtomicBoolean go = new AtomicBoolean();
        CompletableFuture<Void> started = new CompletableFuture<>();
        OffloadFuture<Integer> future =
            manager.submit(
                Work.LOAD.auto(),
                () -> {
                  started.complete(null);
                  return spinUntil(go);
                });
        Bounded.get("the body starts", started);
        race.each(
            List.<Callable<Boolean>>of(
                () -> {
                  go.set(true);
                  return true;
                },
                () -> {
                  how.apply(future);
                  return true;
                }));
        Bounded.until("it is done", future::isDone);
        boolean own = !future.isCompletedExceptionally() && future.join() == 1;
        Bounded.until("the job has ended", () -> !future.jobState().isActive());
        if (future.jobState() == JobState.SUCCEEDED) {
          assertTrue(own || !isCancel(how), "the job succeeded, and its only holder was cancelled");
        } else {
          assertFalse(own, "the job was cancelled, and told a value");
        }
      }
    }
  }

  private static boolean isCancel(Outside how) {
    return how == Outside.CANCEL || how == Outside.CANCEL_AS_FUTURE;
  }

  // What newer JDKs ask.

  @Test
  @DisplayName("J6: state, resultNow and isDone agree, also beside a stage that blocks")
  void stateOfAValue() {
    assumeTrue(Runtime.version().feature() >= 19);
    open(AsyncOffloadManager.builder().executor(pool(2)));
    for (int position = 0; position < 3; position++) {
      Body<Integer> body = held(() -> 1);
      Block block = neighbours.block();
      List<OffloadFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        OffloadFuture<Integer> future = manager.share(Work.LOAD.key(1), body::runBlocking);
        futures.add(future);
        if (i == position) {
          var unused = future.whenComplete((value, failure) -> block.hold());
        }
        assertEquals("RUNNING", call(future, "state").toString());
      }
      body.release();
      block.awaitArrival();
      for (OffloadFuture<Integer> future : futures) {
        Bounded.until("its state", () -> call(future, "state").toString().equals("SUCCESS"));
        assertEquals(1, call(future, "resultNow"));
        assertTrue(future.isDone());
        assertFalse(future.isCancelled());
      }
      block.release();
    }
  }

  @Test
  @DisplayName(
      "J6: state, exceptionNow and isCompletedExceptionally agree, also beside a stage that blocks")
  void stateOfAFailure() {
    assumeTrue(Runtime.version().feature() >= 19);
    IOException failure = new IOException("on purpose");
    Body<Integer> body =
        held(
            () -> {
              throw failure;
            });
    OffloadFuture<Integer> first = manager.share(Work.LOAD.key(1), body::runBlocking);
    OffloadFuture<Integer> second = manager.share(Work.LOAD.key(1), body::runBlocking);
    OffloadFuture<Integer> third = manager.share(Work.LOAD.key(1), body::runBlocking);
    Block block = blockingStage(second);
    body.release();
    block.awaitArrival();

    for (OffloadFuture<Integer> future : List.of(third, second, first)) {
      Bounded.until("its state", () -> call(future, "state").toString().equals("FAILED"));
      assertSame(failure, call(future, "exceptionNow"));
      assertTrue(future.isCompletedExceptionally());
      assertFalse(future.isCancelled());
    }
  }

  @Test
  @DisplayName(
      "J6: a job that others cancelled is FAILED for its futures, one given up is CANCELLED")
  void stateOfACancel() {
    assumeTrue(Runtime.version().feature() >= 19);
    Body<Integer> body = held(() -> 1);
    OffloadFuture<Integer> given = manager.share(Work.LOAD.key(1), body::runBlocking);
    OffloadFuture<Integer> kept = manager.share(Work.LOAD.key(1), body::runBlocking);
    OffloadFuture<Integer> slow = manager.share(Work.LOAD.key(1), body::runBlocking);
    Block block = blockingStage(slow);
    body.awaitStarted();
    assertTrue(given.cancel(true));
    assertEquals("CANCELLED", call(given, "state").toString());
    assertTrue(given.isCancelled());
    assertTrue(manager.cancel(Work.LOAD.key(1)));
    block.awaitArrival();
    for (OffloadFuture<Integer> future : List.of(kept, slow)) {
      Bounded.until("its state", () -> call(future, "state").toString().equals("FAILED"));
      assertFalse(future.isCancelled());
      assertTrue(call(future, "exceptionNow") instanceof dev.offload.OffloadCancelledException);
    }
  }

  @Test
  @DisplayName("J6: the state never goes back, whoever asks what first")
  void stateIsNotTakenBack() {
    assumeTrue(Runtime.version().feature() >= 19);
    try (Race race = new Race(3)) {
      for (int i = 0; i < 1_000; i++) {
        AtomicBoolean go = new AtomicBoolean();
        OffloadFuture<Integer> future = manager.submit(Work.LOAD.auto(), () -> spinUntil(go));
        Callable<Boolean> asker =
            () -> {
              boolean done;
              boolean state;
              do {
                done = future.isDone();
                state = call(future, "state").toString().equals("SUCCESS");
              } while (!done && !state);
              return state && future.isDone() && call(future, "resultNow").equals(1);
            };
        List<Boolean> answers =
            race.each(
                List.<Callable<Boolean>>of(
                    () -> {
                      go.set(true);
                      return true;
                    },
                    asker,
                    asker));
        assertEquals(List.of(true, true, true), answers);
      }
    }
  }

  private static Object call(OffloadFuture<Integer> future, String method) {
    return Work.unchecked(() -> CompletableFuture.class.getMethod(method).invoke(future));
  }

  private static Integer spinUntil(AtomicBoolean go) {
    while (!go.get()) {
      Thread.onSpinWait();
    }
    return 1;
  }

  // Listeners have no part in a cancel.

  @Test
  @DisplayName(
      "R9: a listener that blocks when a submission is refused does not hold up others' futures")
  void refusalThatBlocks() {
    Block block = neighbours.block();
    open(
        AsyncOffloadManager.builder()
            .listener(
                new OffloadListener() {
                  @Override
                  public void onRejected(String kindName, RejectReason reason) {
                    block.hold();
                  }
                }));
    Body<Integer> body = held(() -> 1);
    OffloadFuture<Integer> future = manager.submit(Work.LOAD.key(1), body::runBlocking);
    var refused = Bounded.supply(() -> isAccepted(Work.LOAD.key(1)));
    block.awaitArrival();
    assertTrue(future.cancel());
    assertTrue(Outcome.of(future.handle(Outcome::new)).failure() instanceof CancellationException);
    assertEquals(2, Bounded.get("the next", manager.submit(Work.LOAD.key(1), () -> 2)));
    block.release();
    assertFalse(Bounded.get("the refused one", refused));
  }
}
