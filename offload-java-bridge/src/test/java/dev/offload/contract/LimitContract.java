package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadRejectedException;
import dev.offload.OffloadTimeoutException;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** T3: limits on how many bodies run. */
public interface LimitContract extends Contract {
  ConcurrencyLimit ONE = ConcurrencyLimit.of(1);

  private Face limited(ConcurrencyLimit limit) {
    return bench()
        .open(FaceSettings.defaults().with(LOAD, KindPolicy.unset().withConcurrency(limit)));
  }

  private static int noting(Queue<String> order, String name) {
    order.add(name);
    return 1;
  }

  @Test
  @DisplayName("T3: no more bodies of a kind run than its limit, first come first served")
  default void firstComeFirstServed() {
    Face face = limited(ConcurrencyLimit.of(2));
    List<Body<Integer>> bodies = new ArrayList<>();
    List<Handle<Integer>> handles = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int value = i;
      Body<Integer> body = bench().held(() -> value);
      bodies.add(body);
      handles.add(face.submit(LOAD.key(i), body));
    }
    bodies.get(0).awaitStarted();
    bodies.get(1).awaitStarted();

    for (int i = 2; i < 6; i++) {
      assertEquals(JobState.QUEUED, handles.get(i).jobState());
      bodies.get(i - 1).release(); // the older one runs on
      bodies.get(i).awaitStarted();
    }
    bodies.forEach(Body::release);
    for (int i = 0; i < 6; i++) {
      Outcome.of(handles.get(i)).assertValue(i);
    }
  }

  @Test
  @DisplayName("T3: a scope's limit covers the scopes under it; other scopes are not touched")
  default void scopeLimit() {
    Face face = bench().open();
    FaceScope narrow = bench().scope(face, "narrow", ScopeOptions.unset().withConcurrency(ONE));
    FaceScope below = bench().scope(narrow, "below");
    Body<Integer> body = bench().held(() -> 1);
    narrow.submit(LOAD.key(1), body);
    body.awaitStarted();
    Handle<Integer> queued = below.submit(STORE.key(1), Body.of(() -> 2));
    Outcome.of(face.submit(STORE.key(1), Body.of(() -> 3))).assertValue(3);
    Outcome.of(below.share(STORE.key(2), Body.of(() -> 4))).assertValue(4);

    assertEquals(JobState.QUEUED, queued.jobState());
    body.release();
    Outcome.of(queued).assertValue(2);
  }

  @Test
  @DisplayName(
      "T3: a manager's limit holds for all kinds and scopes; who lacks his kind's is passed")
  default void managerLimit() {
    OffloadConfig.Builder config =
        OffloadConfig.builder()
            .concurrency(ConcurrencyLimit.of(2))
            .kind(LOAD, KindPolicy.unset().withConcurrency(ONE));
    Face face = bench().open(FaceSettings.defaults().with(config));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> load = bench().held(() -> 1);
    Body<Integer> store = bench().held(() -> 2);
    face.submit(LOAD.key(1), load);
    Handle<Integer> lacksItsKind = face.submit(LOAD.key(2), Body.of(() -> 3));
    scope.submit(STORE.key(1), store);
    load.awaitStarted();
    store.awaitStarted();
    Handle<Integer> lacksTheManager = face.submit(STORE.key(2), Body.of(() -> 4));

    assertEquals(JobState.QUEUED, lacksTheManager.jobState());
    store.release();
    Outcome.of(lacksTheManager).assertValue(4);
    assertEquals(JobState.QUEUED, lacksItsKind.jobState());
    load.release();
    Outcome.of(lacksItsKind).assertValue(3);
  }

  @Test
  @DisplayName("T3: a queued job is QUEUED, says what it waits for, and can be cancelled")
  default void queuedJob() {
    Face face = limited(ONE);
    Body<Integer> never = Body.of(() -> 2);
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.key(1), body);
    Handle<Integer> queued = face.submit(LOAD.key(2), never);

    assertEquals("a permit of kind load", face.find(LOAD.key(2)).orElseThrow().waitsFor());
    assertTrue(queued.cancel());
    assertTrue(face.isGivenUp(Outcome.of(queued).failure()));
    assertEquals(JobState.CANCELLED, queued.jobState());
    body.release();
    Outcome.of(face.submit(LOAD.key(3), Body.of(() -> 3))).assertValue(3);
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName(
      "T3, R4: a full queue rejects and counts it, joins, and takes again when there is room")
  default void fullQueue() {
    Face face = limited(ONE.withMaxQueued(1));
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.key(1), body);
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    OffloadKey.Keyed<Integer> third = LOAD.key(3);
    Body<Integer> later = Body.of(() -> 3);

    assertEquals(
        new Submission.Rejected<Handle<Integer>>(RejectReason.QUEUE_FULL),
        face.trySubmit(third, ConflictPolicy.JOIN, later));
    for (Runnable verb :
        List.<Runnable>of(() -> face.submit(third, later), () -> face.share(third, later))) {
      OffloadRejectedException full = assertThrows(OffloadRejectedException.class, verb::run);
      assertEquals(RejectReason.QUEUE_FULL, full.reason());
    }
    assertEquals(3, face.snapshot().byKind().get("load").rejected());
    assertInstanceOf(
        Submission.Joined.class, face.trySubmit(LOAD.key(2), ConflictPolicy.JOIN, later));
    body.release();
    Outcome.of(queued).assertValue(2);
    Outcome.of(face.submit(third, later)).assertValue(3);
  }

  @Test
  @DisplayName(
      "T3: submitWhenRoom waits while the queue is full, in order, and counts no rejection")
  default void submitWhenRoom() {
    Face face = limited(ONE.withMaxQueued(0));
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.key(1), body);
    Body<Integer> second = bench().held(() -> 2);
    var waiting = face.submitWhenRoom(LOAD.key(2), second).start();
    assertFalse(waiting.isDone());
    body.release();
    second.awaitStarted();
    Handle<Integer> placed = Outcome.of(waiting).value();
    assertFalse(placed.joined());
    second.release();

    Outcome.of(placed).assertValue(2);
    Bounded.until("it is idle", () -> face.activeCount() == 0);
    Handle<Integer> atOnce =
        Outcome.of(face.submitWhenRoom(LOAD.key(3), Body.of(() -> 3)).start()).value();
    Outcome.of(atOnce).assertValue(3);
    assertEquals(0, face.snapshot().total().rejected());
    assertEquals(3, face.snapshot().total().accepted());
  }

  @Test
  @DisplayName("T3: who gives up waiting for room has submitted nothing, and is in nobody's way")
  default void givesUpWaitingForRoom() {
    Face face = limited(ONE.withMaxQueued(0));
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> never = Body.of(() -> 2);
    face.submit(LOAD.key(1), body);
    List<CompletableFuture<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiting.add(face.submitWhenRoom(LOAD.key("given up"), never).start());
    }
    var last = face.submitWhenRoom(LOAD.key(3), Body.of(() -> 3)).start();
    waiting.forEach(wait -> assertTrue(wait.cancel(true)));
    body.release();

    Outcome.of(Outcome.of(last).value()).assertValue(3);
    assertEquals(0, never.runs());
    assertEquals(2, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName("T3: a body that waits for a queued job lends it its permit, and gets it back")
  default void lending() {
    Face face = limited(ONE);
    Queue<String> order = new ConcurrentLinkedQueue<>();
    Body<Integer> inner = Body.of(() -> noting(order, "inner"));
    Body<Integer> outer =
        bench()
            .waiting(
                () -> face.share(LOAD.key("inner"), inner).asWait(),
                told -> told.value() + noting(order, "outer"));
    Handle<Integer> handle = face.submit(LOAD.key("outer"), outer);
    outer.awaitStarted();
    Handle<Integer> older = face.submit(LOAD.key("older"), Body.of(() -> noting(order, "older")));
    outer.release();

    Outcome.of(handle).assertValue(2);
    Outcome.of(older).assertValue(1);
    assertEquals(List.of("inner", "outer", "older"), List.copyOf(order));
  }

  @Test
  @DisplayName("T3: a permit is lent along the waits of other jobs")
  default void lendingAlong() {
    Face face = limited(ONE);
    Body<Integer> last = Body.of(() -> 1);
    Body<Integer> between =
        bench()
            .waiting(() -> face.share(LOAD.key("last"), last).asWait(), told -> told.value() + 1)
            .release();
    Body<Integer> first =
        bench()
            .waiting(
                () -> face.share(STORE.key("between"), between).asWait(), told -> told.value() + 1)
            .release();

    Outcome.of(face.share(LOAD.key("first"), first)).assertValue(3);
  }

  @Test
  @DisplayName("T3: a body that holds the permit does not wait for room: it would wait for itself")
  default void waitsForRoomInBody() {
    Face face = limited(ONE.withMaxQueued(0));
    Body<Integer> body =
        bench()
            .waiting(
                () -> face.submitWhenRoom(LOAD.key(2), Body.of(() -> 2)),
                told -> {
                  var full = told.assertFailure(OffloadRejectedException.class);
                  assertEquals(RejectReason.QUEUE_FULL, full.reason());
                  return 1;
                })
            .release();

    Outcome.of(face.submit(LOAD.key(1), body)).assertValue(1);
  }

  @Test
  @DisplayName("T3: permits come back from jobs that fail, are cancelled, time out or never start")
  default void permitsComeBack() {
    Face face = limited(ONE);
    for (Ending ending : Ending.values()) {
      OffloadKey.Keyed<Integer> key = LOAD.key(ending);
      Body<Integer> body = bench().held(ending::act);
      ending.play(face, key, face.submit(key, body), body);
    }
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> running = face.submit(LOAD.key("running"), body);
    Handle<Integer> neverStarted = face.submit(LOAD.key("never started"), Body.of(() -> 2));
    assertTrue(neverStarted.cancel());
    body.release();
    Outcome.of(running).assertValue(1);
    TimeoutPolicy brief = TimeoutPolicy.cancelAfter(Duration.ofMillis(5));
    Outcome.of(face.submit(LOAD.key("late"), brief, bench().held(() -> 1)))
        .assertFailure(OffloadTimeoutException.class);

    Outcome.of(face.submit(LOAD.key("next"), Body.of(() -> 3))).assertValue(3);
    Bounded.until("all have ended", () -> face.activeCount() == 0);
    assertEquals(0, face.snapshot().total().active());
  }
}
