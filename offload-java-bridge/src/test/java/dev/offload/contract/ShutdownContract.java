package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.ScopeSnapshot;
import dev.offload.ShutdownReport;
import dev.offload.Submission;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Bench;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** S1: the end of a manager in limited time. */
public interface ShutdownContract extends Contract {
  OffloadKey.Keyed<Integer> ENDING = LOAD.key("ending");
  Duration LONG = Bounded.BOUND;
  Duration BRIEF = Duration.ofMillis(5);

  private static CompletableFuture<ShutdownReport> shutdown(Face face) {
    return Bounded.supply(() -> face.shutdown(LONG, LONG));
  }

  private static boolean refuses(FaceScope face) {
    try {
      face.openScope("late", ScopeOptions.unset()).complete();
      return false;
    } catch (ScopeClosedException e) {
      return true;
    }
  }

  private static ShutdownReport report(long finished, long cancelled) {
    return new ShutdownReport(finished, cancelled, List.of(), List.of());
  }

  @Test
  @DisplayName("S1: within the grace running work ends by itself, and new work is refused")
  default void grace() {
    Face face = bench().open();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(ENDING, body);
    body.awaitStarted();
    var report = shutdown(face);
    Bounded.until("it refuses", () -> refuses(face));
    for (Runnable verb :
        List.<Runnable>of(
            () -> face.submit(LOAD.key("new"), Body.of(() -> 2)),
            () -> face.share(ENDING, Body.of(() -> 2)),
            () -> face.spawn("audit", Body.of(() -> 2)))) {
      assertThrows(ScopeClosedException.class, verb::run);
    }
    assertEquals(JobState.RUNNING, handle.jobState());
    assertFalse(report.isDone());
    body.release();

    assertEquals(report(1, 0), Bounded.get("the report", report));
    Outcome.of(handle).assertValue(1);
  }

  @Test
  @DisplayName("S1: what is left after the grace is cancelled, also what is queued")
  default void cancelled() {
    KindPolicy one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, one));
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> never = Body.of(() -> 2);
    Handle<Integer> running = face.submit(ENDING, body);
    Handle<Integer> queued = face.submit(LOAD.key("queued"), never);
    body.awaitStarted();

    assertEquals(report(0, 2), face.shutdown(Duration.ZERO, LONG));
    Outcome.of(running).assertCancelled(CancelReason.SCOPE_CLOSED);
    Outcome.of(queued).assertCancelled(CancelReason.SCOPE_CLOSED);
    body.awaitStopped();
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("S1: of the jobs that are queued after the grace none begins, as permits come back")
  default void noneBegins() {
    KindPolicy one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1));
    Body<Integer> never = Body.of(() -> 2);
    for (int i = 0; i < 20; i++) {
      Face face = bench().open(FaceSettings.defaults().with(LOAD, one));
      Body<Integer> body = bench().held(() -> 1);
      face.submit(ENDING, body);
      body.awaitStarted();
      for (int n = 0; n < 50; n++) {
        face.submit(LOAD.key(n), never);
      }

      assertEquals(report(0, 51), face.shutdown(Duration.ZERO, LONG));
      assertEquals(0, never.runs());
    }
  }

  @Test
  @DisplayName("S1: a body that will not die is named in the report; its callers have their answer")
  default void undying() {
    Face face = bench().open();
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(ENDING, body);
    body.awaitStarted();
    ShutdownReport report = face.shutdown(BRIEF, BRIEF);

    assertFalse(report.isClean());
    assertEquals(0, report.cancelled());
    assertEquals(
        List.of(ENDING), report.undying().stream().<OffloadKey<?>>map(job -> job.key()).toList());
    assertEquals(JobState.CANCELLING, report.undying().get(0).state());
    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
    body.release();
    assertTrue(face.shutdown(LONG, LONG).isClean(), "a second one reports what it finds");
    assertEquals(new OffloadStats(0, 0, 0, 0, 1, 0), face.snapshot().total());
  }

  @Test
  @DisplayName("S1: a scope with a body that will not die is left open, and named")
  default void openScopeInTheReport() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().stubborn(() -> 1);
    scope.submit(ENDING, body);
    body.awaitStarted();
    ShutdownReport report = face.shutdown(BRIEF, BRIEF);

    assertEquals(
        List.of("request"), report.openScopes().stream().map(ScopeSnapshot::name).toList());
    assertEquals(1, report.undying().size());
    body.release();
    Bounded.run("the scope ends", scope::close);
    assertTrue(face.shutdown(LONG, LONG).isClean());
  }

  @Test
  @DisplayName("S1: open scopes go on within the grace and use every verb")
  default void openScopesGoOn() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    var report = shutdown(face);
    Bounded.until("it refuses", () -> refuses(face));
    Outcome.of(scope.submit(ENDING, Body.of(() -> 1))).assertValue(1);
    Outcome.of(scope.share(STORE.key(1), Body.of(() -> 2))).assertValue(2);
    scope.spawn("audit", Body.of(() -> 3));
    FaceScope inner = bench().scope(scope, "inner");
    Outcome.of(inner.submit(ENDING, Body.of(() -> 4))).assertValue(4);
    inner.close();
    assertFalse(report.isDone(), "a scope is open");
    scope.close();

    assertEquals(report(4, 0), Bounded.get("the report", report));
    assertTrue(refuses(scope));
  }

  @Test
  @DisplayName("S1: bodies of running jobs go on within the grace and may submit to the manager")
  default void bodiesGoOn() {
    Face face = bench().open();
    Body<Integer> body =
        bench()
            .waiting(
                () -> face.submit(STORE.key(1), Body.of(() -> 1)).asWait(),
                told -> told.value() + 1);
    Handle<Integer> handle = face.submit(ENDING, body);
    body.awaitStarted();
    var report = shutdown(face);
    Bounded.until("it refuses", () -> refuses(face));
    body.release();

    Outcome.of(handle).assertValue(2);
    assertEquals(report(2, 0), Bounded.get("the report", report));
  }

  @Test
  @DisplayName("S1: after the grace a scope that was left open is closed, and its jobs cancelled")
  default void forgottenScope() {
    Face face = bench().open();
    FaceScope forgotten = bench().scope(face, "forgotten");
    FaceScope busy = bench().scope(face, "busy");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = busy.submit(ENDING, body);
    body.awaitStarted();

    assertEquals(report(0, 1), face.shutdown(BRIEF, LONG));
    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertTrue(refuses(forgotten));
    assertThrows(ScopeClosedException.class, () -> busy.share(STORE.key(1), body));
  }

  @Test
  @DisplayName("S1: a manager without work ends at once, and again")
  default void idempotent() {
    Face face = bench().open();

    assertEquals(report(0, 0), face.shutdown(LONG, LONG));
    assertEquals(report(0, 0), face.shutdown(Duration.ZERO, Duration.ZERO));
    assertTrue(refuses(face));
  }

  @Test
  @DisplayName("S1: races with itself, the waiting end, open scopes and work: all come to an end")
  default void races() {
    Submission<Handle<Integer>> rejected = new Submission.Rejected<>(RejectReason.SCOPE_CLOSED);
    try (Race race = new Race(5)) {
      for (int i = 0; i < 100; i++) {
        Face face = bench().open();
        FaceScope scope = bench().scope(face, "request");
        Callable<Submission<Handle<Integer>>> submit =
            () -> face.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, bench().held(() -> 1));
        Callable<Submission<Handle<Integer>>> within =
            () -> scope.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, bench().held(() -> 2));
        Callable<Submission<Handle<Integer>>> shutdown =
            () -> {
              assertTrue(face.shutdown(Duration.ZERO, LONG).isClean());
              return rejected;
            };
        Callable<Submission<Handle<Integer>>> close =
            () -> {
              face.close();
              return rejected;
            };
        int accepted = 0;
        for (Submission<Handle<Integer>> taken :
            race.each(List.of(submit, shutdown, within, shutdown, close))) {
          if (!taken.equals(rejected)) {
            accepted++;
            Outcome.of(taken.handleOrNull()).assertCancelled(CancelReason.SCOPE_CLOSED);
          }
        }
        Bench.assertAtRest(face);
        assertEquals(accepted, face.snapshot().total().cancelled());
      }
    }
  }
}
