package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadKey;
import dev.offload.OffloadTimeoutException;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HostileChannel;
import dev.offload.contract.fixture.HostileStage;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Refusal;
import dev.offload.contract.fixture.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Bodies whose reaction to a cancel is bad, and stages of others' making")
class HostileBodyTest {
  private static final OffloadKey.Keyed<Integer> KEY = Work.LOAD.key(1);

  private final Neighbours neighbours = new Neighbours();
  private final List<CompletableFuture<Integer>> open = new ArrayList<>();
  private AsyncOffloadManager manager = AsyncOffloadManager.create();

  @AfterEach
  void close() {
    neighbours.letGo();
    open.forEach(stage -> stage.complete(0));
    Bounded.run("the manager comes to rest", manager::close);
    neighbours.assertNoThreadStaysBusy();
  }

  private CompletableFuture<Integer> opened(CompletableFuture<Integer> stage) {
    open.add(stage);
    return stage;
  }

  private void open(AsyncOffloadManager.Builder builder) {
    manager.close();
    manager = builder.build();
  }

  private static CancelReason reason(OffloadFuture<Integer> future) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () -> future.get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS));
    return ((OffloadCancelledException) failure.getCause()).reason();
  }

  /** The bodies that do something bad when they are asked to stop. */
  enum Reaction {
    STAGE {
      @Override
      OffloadFuture<Integer> begin(
          AsyncOffloadScope scope, OffloadKey.Keyed<Integer> key, Ends ends, Runnable action) {
        CompletableFuture<Integer> stage = HostileStage.cancelledBy(action);
        ends.add(stage);
        return scope.submitStage(key, ends.options(), () -> ends.started(stage));
      }
    },
    DEPENDENT_OF_A_STAGE {
      @Override
      OffloadFuture<Integer> begin(
          AsyncOffloadScope scope, OffloadKey.Keyed<Integer> key, Ends ends, Runnable action) {
        CompletableFuture<Integer> stage = new CompletableFuture<>();
        ends.add(stage);
        var unused =
            stage.whenComplete(
                (value, failure) -> {
                  if (stage.isCancelled()) {
                    action.run();
                  }
                });
        return scope.submitStage(key, ends.options(), () -> ends.started(stage));
      }
    },
    CHANNEL {
      @Override
      OffloadFuture<Integer> begin(
          AsyncOffloadScope scope, OffloadKey.Keyed<Integer> key, Ends ends, Runnable action) {
        HostileChannel channel = new HostileChannel(action);
        return scope.submit(
            key,
            ends.options(),
            () -> {
              ends.start();
              return channel.await();
            });
      }
    };

    abstract OffloadFuture<Integer> begin(
        AsyncOffloadScope scope, OffloadKey.Keyed<Integer> key, Ends ends, Runnable action);
  }

  /** What a body needs to begin, and to end after all. */
  private static final class Ends {
    private final List<CompletableFuture<Integer>> stages;
    private final SubmitOptions options;
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    Ends(List<CompletableFuture<Integer>> stages, SubmitOptions options) {
      this.stages = stages;
      this.options = options;
    }

    void add(CompletableFuture<Integer> stage) {
      stages.add(stage);
    }

    SubmitOptions options() {
      return options;
    }

    CompletableFuture<Integer> started(CompletableFuture<Integer> stage) {
      start();
      return stage;
    }

    void start() {
      started.complete(null);
    }

    void awaitStarted() {
      Bounded.get("the body starts", started);
    }
  }

  private Ends ends() {
    return new Ends(open, SubmitOptions.unset());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "R9: a reaction to a cancel that blocks holds up neither who cancels by key nor the callers")
  void cancelByKey(Reaction reaction) {
    Block block = neighbours.block();
    Ends ends = ends();
    OffloadFuture<Integer> future = reaction.begin(manager, KEY, ends, block::hold);
    OffloadFuture<Integer> joined = manager.submit(KEY, () -> 2);
    ends.awaitStarted();
    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> manager.cancel(KEY))));

    assertEquals(CancelReason.CANCELLED, reason(future));
    assertEquals(CancelReason.CANCELLED, reason(joined));
    block.awaitArrival();
    assertEquals(2, Bounded.get("another key", manager.submit(Work.LOAD.key(2), () -> 2)));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: nor who gives up his future, in either way")
  void cancelOfAFuture(Reaction reaction) {
    for (boolean asFuture : new boolean[] {false, true}) {
      Block block = neighbours.block();
      Ends ends = ends();
      OffloadFuture<Integer> future =
          reaction.begin(manager, Work.LOAD.key("own " + asFuture), ends, block::hold);
      ends.awaitStarted();
      assertTrue(
          Bounded.get(
              "cancel answers",
              Bounded.supply(() -> asFuture ? future.cancel(true) : future.cancel())));
      assertTrue(future.isCancelled());
      block.awaitArrival();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: nor a time limit, nor those of other jobs")
  void cancelByALimit(Reaction reaction) {
    Block block = neighbours.block();
    SubmitOptions limited =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(20)));
    List<OffloadFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      futures.add(reaction.begin(manager, Work.LOAD.key(i), new Ends(open, limited), block::hold));
    }
    for (OffloadFuture<Integer> future : futures) {
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () -> future.get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS));
      assertEquals(OffloadTimeoutException.class, failure.getCause().getClass());
    }
    block.awaitArrival();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: nor the cancel of a scope, nor the siblings' cancel in one that fails fast")
  void cancelByAScope(Reaction reaction) {
    for (boolean failFast : new boolean[] {false, true}) {
      Block block = neighbours.block();
      AsyncOffloadScope scope =
          manager.openScope(
              "request", failFast ? ScopeOptions.unset().withFailFast() : ScopeOptions.unset());
      List<OffloadFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Ends ends = ends();
        futures.add(reaction.begin(scope, Work.LOAD.key(i), ends, block::hold));
        ends.awaitStarted();
      }
      if (failFast) {
        var unused =
            scope.submit(
                Work.LOAD.key("fails"),
                () -> {
                  throw new java.io.IOException("on purpose");
                });
      } else {
        Bounded.run("cancel returns", scope::cancel);
      }
      futures.forEach(future -> assertEquals(CancelReason.SCOPE_CLOSED, reason(future)));
      block.awaitArrival();
      block.release();
      open.forEach(stage -> stage.complete(0));
      Bounded.run("the scope ends", () -> closeQuietly(scope));
    }
  }

  private static void closeQuietly(AsyncOffloadScope scope) {
    try {
      scope.close();
    } catch (java.util.concurrent.CompletionException e) { // the first failure, as it should be
      assertTrue(e.getCause() instanceof java.io.IOException);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: nor a shutdown beyond its kill time")
  void cancelByShutdown(Reaction reaction) {
    Block block = neighbours.block();
    Ends ends = ends();
    OffloadFuture<Integer> future = reaction.begin(manager, KEY, ends, block::hold);
    ends.awaitStarted();
    var unused =
        Bounded.get(
            "shutdown returns",
            Bounded.supply(() -> manager.shutdown(Duration.ZERO, Duration.ofMillis(1))));
    assertEquals(CancelReason.SCOPE_CLOSED, reason(future));
    block.awaitArrival();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a reaction to a cancel that throws changes nothing")
  void reactionThatThrows(Refusal thrown) {
    AtomicInteger calls = new AtomicInteger();
    for (Reaction reaction : Reaction.values()) {
      int expected = calls.get() + 1;
      Ends ends = ends();
      OffloadFuture<Integer> future =
          reaction.begin(
              manager,
              KEY,
              ends,
              () -> {
                calls.incrementAndGet();
                thrown.raise();
              });
      ends.awaitStarted();
      assertTrue(manager.cancel(KEY));
      assertEquals(CancelReason.CANCELLED, reason(future));
      OffloadFuture<Integer> successor = manager.submit(KEY, () -> 2);
      Bounded.until("it reacts", () -> calls.get() == expected);
      open.forEach(stage -> stage.complete(0));
      assertEquals(2, Bounded.get("the successor", successor));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a reaction to a cancel may use the scope, and even wait for what it may")
  void reactionThatComesBack(Reaction reaction) {
    CompletableFuture<Integer> inner = new CompletableFuture<>();
    Ends ends = ends();
    OffloadFuture<Integer> future =
        reaction.begin(
            manager,
            KEY,
            ends,
            () -> {
              manager.cancel(KEY);
              manager.isInFlight(KEY);
              inner.complete(manager.submit(Work.STORE.key(1), () -> 7).join());
            });
    ends.awaitStarted();
    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> manager.cancel(KEY))));

    assertEquals(CancelReason.CANCELLED, reason(future));
    assertEquals(7, Bounded.get("the reaction is answered", inner));
  }

  // Stages of others' making.

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName(
      "R1: a stage that cannot be cancelled keeps its key until it is complete, also if its supplier ran at the cancel")
  void stageWithoutFuture(boolean whileTheSupplierRuns) throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor(Bounded::newThread);
    neighbours.atEnd(one::shutdown);
    open(AsyncOffloadManager.builder().executor(one));
    CompletableFuture<Integer> stage = opened(new CompletableFuture<>());
    CompletionStage<Integer> odd = HostileStage.withoutFuture(stage);
    Block supplier = neighbours.block();
    OffloadFuture<Integer> future =
        manager.submitStage(
            KEY,
            () -> {
              supplier.hold();
              return odd;
            });
    supplier.awaitArrival();
    if (!whileTheSupplierRuns) {
      supplier.release();
      fence(one);
    }
    assertTrue(manager.cancel(KEY));
    assertEquals(CancelReason.CANCELLED, reason(future));
    AtomicInteger runs = new AtomicInteger();
    OffloadFuture<Integer> successor = manager.submit(KEY, runs::incrementAndGet);
    supplier.release();
    fence(one);
    fence(one);

    assertEquals(0, runs.get(), "the stage is open");
    assertEquals(JobState.CANCELLING, future.jobState());
    assertEquals(JobState.QUEUED, successor.jobState());
    stage.complete(5);
    assertEquals(1, Bounded.get("the successor", successor));
  }

  /** When it returns, all that was handed over before has been run. */
  private static void fence(ExecutorService pool) throws Exception {
    pool.submit(() -> {}).get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("R2: a stage that tells its end twice decides once")
  void stageThatTellsTwice() {
    for (int i = 0; i < 10; i++) {
      OffloadFuture<Integer> future = manager.submitStage(KEY, () -> HostileStage.tellingTwice(3));
      assertEquals(3, Bounded.get("the first it told", future));
      assertEquals(2, Bounded.get("the next", manager.submit(KEY, () -> 2)));
    }
    Bounded.until("all have ended", () -> manager.activeCount() == 0);
    assertEquals(20, manager.snapshot().total().succeeded());
    assertEquals(0, manager.snapshot().total().failed());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R3: a stage whose CompletionException has no cause to show ends its job")
  void stageWithACauseThatThrows(boolean later) {
    class NoCause extends CompletionException {
      private static final long serialVersionUID = 1L;

      @Override
      public synchronized Throwable getCause() {
        throw new IllegalStateException("no cause");
      }
    }

    CompletableFuture<Integer> stage = new CompletableFuture<>();
    if (!later) {
      stage.completeExceptionally(new NoCause());
    }
    OffloadFuture<Integer> future = manager.submitStage(Work.LOAD.key(1), () -> stage);
    if (later) {
      Bounded.until("it is attached", () -> stage.getNumberOfDependents() > 0);
      stage.completeExceptionally(new NoCause());
    }
    Bounded.until("the job has ended", () -> future.jobState() == JobState.FAILED);
    assertEquals(2, Bounded.get("the key is free", manager.submit(Work.LOAD.key(1), () -> 2)));
  }

  @Test
  @DisplayName("R9: a stage that is completed by a thread which then blocks delays nobody")
  void stageWithDependentsThatBlock() {
    CompletableFuture<Integer> stage = opened(new CompletableFuture<>());
    Block block = neighbours.block();
    CompletableFuture<Void> started = new CompletableFuture<>();
    OffloadFuture<Integer> future =
        manager.submitStage(
            KEY,
            () -> {
              started.complete(null);
              return stage;
            });
    var unused = future.whenComplete((value, failure) -> block.hold());
    OffloadFuture<Integer> joined = manager.submit(KEY, () -> 2);
    Bounded.get("the supplier runs", started);
    Bounded.run("who completes the stage goes on", () -> stage.complete(1));
    block.awaitArrival();

    assertEquals(1, Bounded.get("the other caller", joined));
    assertEquals(2, Bounded.get("the next", manager.submit(KEY, () -> 2)));
  }
}
