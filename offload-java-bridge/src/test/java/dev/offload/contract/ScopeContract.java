package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.OffloadTimeoutException;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.Wait;
import dev.offload.contract.fixture.Bench;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R8, E3, E4, L1: scopes under a manager, and their ends. */
public interface ScopeContract extends Contract {
  OffloadKey.Keyed<Integer> OWN = LOAD.key("own");
  OffloadKey.Keyed<Integer> SHARED = STORE.key("shared");

  private static Submission<Handle<Integer>> rejected() {
    return new Submission.Rejected<>(RejectReason.SCOPE_CLOSED);
  }

  private static Callable<Integer> throwing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  @Test
  @DisplayName("R8: the end of a scope waits for its jobs, and lets them end by themselves")
  default void endWaits() {
    FaceScope scope = bench().scope(bench().open(), "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = scope.submit(OWN, body);
    body.awaitStarted();
    var ended = Bounded.start(scope::close).thenApply(done -> body.hasEnded());
    assertEquals(JobState.RUNNING, handle.jobState());
    assertFalse(ended.isDone());
    body.release();

    assertTrue(Bounded.get("the end", ended), "the body had ended when the scope had");
    Outcome.of(handle).assertValue(1);
    Bench.assertAtRest(scope);
  }

  @Test
  @DisplayName("R8: a scope at its end takes work while one of its jobs is active, and none later")
  default void workAtTheEnd() {
    FaceScope scope = bench().scope(bench().open(), "request");
    Body<Integer> body = bench().held(() -> 1);
    scope.submit(OWN, body);
    scope.complete();
    Outcome.of(scope.submit(LOAD.key("late"), Body.of(() -> 2))).assertValue(2);
    body.release();
    Bounded.run("the end", scope::close);

    assertEquals(rejected(), scope.trySubmit(OWN, ConflictPolicy.JOIN, body));
    ScopeClosedException refusal =
        assertThrows(ScopeClosedException.class, () -> scope.submit(OWN, body));
    assertTrue(refusal.getMessage().contains("'request'"), refusal.getMessage());
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("R8: a submission racing the end of its scope is waited for, or refused")
  default void submissionsRaceTheEnd() {
    Face face = bench().open();
    AtomicInteger runs = new AtomicInteger();
    Body<Integer> counting = Body.of(runs::incrementAndGet);
    try (Race race = new Race(3)) {
      for (int i = 0; i < 200; i++) {
        FaceScope scope = bench().scope(face, "racing");
        int before = runs.get();
        Callable<Integer> submit =
            () ->
                scope.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, counting).equals(rejected())
                    ? 0
                    : 1;
        Callable<Integer> end =
            () -> {
              scope.close();
              Bench.assertAtRest(scope);
              return runs.get() - before;
            };
        List<Integer> answers = race.each(List.of(submit, end, submit));
        assertEquals(answers.get(0) + answers.get(2), answers.get(1), "all that was accepted ran");
      }
    }
  }

  @Test
  @DisplayName("R8: a cancelled scope and those under it are closed, their bodies waited for")
  default void cancelledScope() {
    Face face = bench().open();
    FaceScope outer = bench().scope(face, "outer");
    FaceScope inner = bench().scope(outer, "inner");
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> handle = inner.submit(OWN, dying);
    dying.awaitStarted();
    outer.cancel();

    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
    for (Runnable verb :
        List.<Runnable>of(
            () -> inner.submit(OWN, dying),
            () -> inner.share(SHARED, dying),
            () -> inner.spawn("audit", dying),
            () -> outer.openScope("late", ScopeOptions.unset()))) {
      assertThrows(ScopeClosedException.class, verb::run);
    }
    var ended = Bounded.start(outer::close).thenApply(done -> dying.hasEnded());
    assertFalse(ended.isDone());
    dying.release();
    assertTrue(Bounded.get("the end", ended), "the body had ended when the scope had");
    Outcome.of(face.submit(OWN, Body.of(() -> 2))).assertValue(2);
  }

  @Test
  @DisplayName("R8: who waits for a cancelled scope waits for its own dying bodies, too")
  default void cancelledScopeOfItsOwn() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "scope");
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> handle = scope.submit(OWN, dying);
    dying.awaitStarted();
    scope.cancel();
    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
    var ended = Bounded.start(scope::close).thenApply(done -> dying.hasEnded());
    dying.awaitStopped();
    assertFalse(ended.isDone());
    dying.release();
    assertTrue(Bounded.get("the end", ended), "the body had ended when the scope had");
  }

  @Test
  @DisplayName("R8: none of the queued jobs of a cancelled scope begins, nor of those under it")
  default void noneBeginsInACancelledScope() {
    Face face = bench().open();
    ScopeOptions narrow = ScopeOptions.unset().withConcurrency(ConcurrencyLimit.of(1));
    Body<Integer> never = Body.of(() -> 2);
    for (int i = 0; i < 20; i++) {
      FaceScope outer = bench().scope(face, "outer", narrow);
      FaceScope inner = bench().scope(outer, "inner");
      Body<Integer> body = bench().held(() -> 1);
      outer.submit(OWN, body);
      body.awaitStarted();
      for (int n = 0; n < 50; n++) {
        outer.submit(LOAD.key(n), never);
        inner.submit(LOAD.key(n), never);
      }
      outer.cancel();
      Bounded.run("the end", outer::close);

      assertEquals(0, never.runs());
      assertEquals(0, outer.snapshot().total().succeeded());
    }
  }

  @Test
  @DisplayName("R8: the end of a scope waits for the scopes under it, which still take work")
  default void nesting() {
    Face face = bench().open();
    FaceScope outer = bench().scope(face, "outer");
    FaceScope inner = bench().scope(outer, "inner");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = inner.submit(OWN, body);
    body.awaitStarted();
    var ended = Bounded.start(outer::close);
    inner.complete();
    Outcome.of(inner.submit(LOAD.key("late"), Body.of(() -> 2))).assertValue(2);
    assertFalse(ended.isDone());
    body.release();
    Bounded.get("the end", ended);

    assertEquals(JobState.SUCCEEDED, handle.jobState());
    assertEquals(rejected(), inner.trySubmit(OWN, ConflictPolicy.JOIN, body));
  }

  @Test
  @DisplayName(
      "E4: a job's failure touches neither its siblings nor the scope: it is told where asked")
  default void supervision() {
    Face face = bench().open();
    Body<Integer> body = bench().held(() -> 1);
    IOException failure = new IOException("on purpose");
    Wait<Integer> scope =
        face.within(
            "request",
            ScopeOptions.unset(),
            request -> {
              Handle<Integer> sibling = request.submit(LOAD.key("sibling"), body);
              body.awaitStarted();
              Handle<Integer> failing = request.submit(OWN, Body.of(throwing(failure)));
              assertSame(failure, Outcome.of(failing).failure());
              assertEquals(JobState.RUNNING, sibling.jobState());
              Outcome.of(request.submit(OWN, Body.of(() -> 2))).assertValue(2);
              body.release();
              return 3;
            });

    Bounded.get("the scope", Bounded.supply(scope::block)).assertValue(3);
  }

  @Test
  @DisplayName(
      "E4: with failFast the first failure cancels the siblings and is what the scope throws")
  default void failFast() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    Body<Integer> body = bench().stubborn(() -> 1);
    IOException failure = new IOException("on purpose");
    Wait<Integer> scope =
        face.within(
            "strict",
            ScopeOptions.unset().withFailFast(),
            strict -> {
              Handle<Integer> sibling = strict.submit(LOAD.key("sibling"), body);
              body.awaitStarted();
              strict.submit(OWN, Body.of(throwing(failure)));
              Outcome.of(sibling).assertCancelled(CancelReason.SCOPE_CLOSED);
              return 3;
            });
    var told = Bounded.supply(scope::block);
    body.awaitStopped();
    assertFalse(told.isDone(), "it waits for the body of the sibling");
    body.release();

    assertSame(failure, Bounded.get("the scope", told).failure());
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "it was told");
  }

  @Test
  @DisplayName("E4: with failFast a job that runs out of time is a failure, too")
  default void failFastTimeout() {
    Face face = bench().open();
    TimeoutPolicy brief = TimeoutPolicy.cancelAfter(Duration.ofMillis(5));
    Body<Integer> body = bench().held(() -> 1);
    Wait<Integer> scope =
        face.within(
            "strict",
            ScopeOptions.unset().withFailFast(),
            strict -> {
              strict.submit(OWN, brief, body);
              return 3;
            });

    Bounded.get("the scope", Bounded.supply(scope::block))
        .assertFailure(OffloadTimeoutException.class);
  }

  @Test
  @DisplayName(
      "E3: a failure nobody asked for is reported once, at the end of the scope that owns it")
  default void unseenFailure() {
    RecordingListener listener = new RecordingListener();
    FaceScope scope =
        bench().scope(bench().open(FaceSettings.defaults().with(listener)), "request");
    IOException failure = new IOException("on purpose");
    scope.submit(OWN, Body.of(throwing(failure)));
    listener.await("onEnded");
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "somebody may ask still");
    Bounded.run("the end", scope::close);
    Bounded.run("the end", scope::close);

    assertSame(failure, listener.await("onUnobservedFailure").failure());
    assertEquals(1, listener.all("onUnobservedFailure").size());
  }

  @Test
  @DisplayName(
      "E3: a failure that was asked for after the job's end, and before the scope's, is seen")
  default void seenFailure() {
    RecordingListener listener = new RecordingListener();
    FaceScope scope =
        bench().scope(bench().open(FaceSettings.defaults().with(listener)), "request");
    Handle<Integer> failing = scope.submit(OWN, Body.of(Ending.EXCEPTION::act));
    listener.await("onEnded");
    Outcome.of(failing).assertFailure(IOException.class);
    Bounded.run("the end", scope::close);

    assertEquals(List.of(), listener.all("onUnobservedFailure"));
  }

  @Test
  @DisplayName("E3: a failure of spawned work is reported when it ends, while the scope is open")
  default void spawnedFailure() {
    RecordingListener listener = new RecordingListener();
    FaceScope scope =
        bench().scope(bench().open(FaceSettings.defaults().with(listener)), "request");
    IOException failure = new IOException("on purpose");
    OffloadKey.Auto<?> key = scope.spawn("audit", Body.of(throwing(failure)));

    var report = listener.await("onUnobservedFailure");
    assertSame(failure, report.failure());
    assertEquals(key, report.job().key());
  }

  @Test
  @DisplayName(
      "L1: a scope drops the leases it took after its own jobs have ended; others keep theirs")
  default void endDropsLeases() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    FaceScope sibling = bench().scope(face, "sibling");
    Body<Integer> shared = bench().held(() -> 7);
    Handle<Integer> kept = sibling.share(SHARED, shared);
    Handle<Integer> dropped = scope.share(SHARED, shared);
    Body<Integer> body = bench().held(() -> 1);
    scope.submit(OWN, body);
    body.awaitStarted();
    var ended = Bounded.start(scope::close);
    assertEquals(2, face.find(SHARED).orElseThrow().leases(), "a job of the scope may need it");
    body.release();
    Bounded.get("the end", ended);

    Outcome.of(dropped).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertEquals(1, face.find(SHARED).orElseThrow().leases());
    shared.release();
    Outcome.of(kept).assertValue(7);
  }

  @Test
  @DisplayName("L1: the last lease that a scope drops cancels the job; spawned work goes on")
  default void endAbandons() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> shared = bench().held(() -> 7);
    Body<Integer> spawned = bench().held(() -> 8);
    scope.share(SHARED, shared);
    OffloadKey.Auto<?> audit = scope.spawn("audit", spawned);
    shared.awaitStarted();
    Bounded.run("the end", scope::close);

    shared.awaitStopped();
    assertEquals(CancelReason.ABANDONED, listener.await("onEnded").job().cancelReason());
    assertTrue(face.isInFlight(audit), "the manager's");
    spawned.release();
    listener.await("onEnded", event -> event.job().state() == JobState.SUCCEEDED);
  }

  @Test
  @DisplayName("R1, R5: a key is unique in its scope; the manager's jobs are found from everywhere")
  default void domains() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    FaceScope sibling = bench().scope(face, "sibling");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.submit(OWN, body);
    Handle<Integer> second = sibling.submit(OWN, body);
    assertFalse(second.joined());
    assertFalse(face.isInFlight(OWN));
    assertFalse(scope.share(SHARED, body).joined());
    assertTrue(sibling.share(SHARED, body).joined());
    assertEquals(2, scope.find(SHARED).orElseThrow().leases());

    assertTrue(scope.isInFlight(OWN));
    assertFalse(scope.cancel(SHARED), "it is the manager's");
    assertTrue(scope.cancel(OWN));
    Outcome.of(first).assertCancelled(CancelReason.CANCELLED);
    assertTrue(sibling.isInFlight(OWN));
    body.release();
    Outcome.of(second).assertValue(1);
  }

  @Test
  @DisplayName("R6: joinAll and cancelAll reach the scopes below; dying bodies are waited for")
  default void allBelow() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    FaceScope inner = bench().scope(scope, "inner");
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> below = inner.submit(OWN, dying);
    Handle<Integer> own = scope.submit(OWN, bench().held(() -> 2));
    dying.awaitStarted();
    assertEquals(2, scope.cancelAll());
    assertEquals(0, scope.cancelAll());
    var all = scope.joinAll().start();
    Body<Integer> later = bench().held(() -> 3);
    scope.submit(LOAD.key("later"), later);
    Outcome.of(below).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(own).assertCancelled(CancelReason.CANCELLED);
    assertFalse(all.isDone(), "a body is dying");
    dying.release();

    Outcome.of(all).assertValue(null);
    assertTrue(dying.hasEnded());
    assertFalse(later.hasEnded(), "it was accepted afterwards");
  }

  @Test
  @DisplayName("R4: the counts of a scope are part of its parent's, while it is open and after it")
  default void accounts() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    FaceScope inner = bench().scope(scope, "inner");
    Body<Integer> body = bench().held(() -> 1);
    inner.submit(OWN, body);
    inner.submit(OWN, body);
    ScopeSnapshot root = face.snapshot();
    assertEquals(List.of("request"), root.children().stream().map(ScopeSnapshot::name).toList());
    ScopeSnapshot below = root.children().get(0).children().get(0);
    assertEquals("inner", below.name());
    assertEquals(OWN, below.jobs().get(0).key());
    assertEquals(new OffloadStats(1, 0, 0, 0, 0, 1), below.total());
    assertEquals(below.total(), root.total());
    assertEquals(1, face.activeCount());
    body.release();
    Bounded.run("the end", inner::close);
    Bounded.run("the end", scope::close);

    assertEquals(List.of(), face.snapshot().children());
    assertEquals(1, face.snapshot().byKind().get("load").succeeded());
    assertEquals(1, face.snapshot().total().joined());
    assertEquals(2, face.snapshot().total().submitted());
  }
}
