package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadStats;
import dev.offload.ScopeClosedException;
import dev.offload.Submission;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.RecorderFace;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HostileExecutor;
import dev.offload.contract.fixture.HostileListener;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two things that happen at once have one story. */
public interface HostileRaceContract extends HostileContract {

  /** How the job of a race is begun. */
  enum Begin {
    SUBMIT {
      @Override
      public Handle<Integer> begin(
          Face face, RecorderFace recorder, int round, Body<Integer> body) {
        return face.submit(LOAD.key(round), body);
      }
    },
    SHARE {
      @Override
      public Handle<Integer> begin(
          Face face, RecorderFace recorder, int round, Body<Integer> body) {
        return face.share(LOAD.key(round), body);
      }
    },
    LAUNCH {
      @Override
      public Handle<Integer> begin(
          Face face, RecorderFace recorder, int round, Body<Integer> body) {
        return ((LaunchOutcome.Launched<Handle<Integer>>) recorder.launch("task " + round, body))
            .handle();
      }
    };

    abstract Handle<Integer> begin(Face face, RecorderFace recorder, int round, Body<Integer> body);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "L1: of the only holder's cancel and the end of the body one decides, and both tell it")
  default void cancelAtTheEnd(Begin verb) {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD);
    int cancelled = 0;
    int rounds = 3_000;
    try (Race race = new Race(2)) {
      for (int i = 0; i < rounds; i++) {
        AtomicBoolean go = new AtomicBoolean();
        Body<Integer> body =
            Body.of(
                () -> {
                  while (!go.get()) {
                    Thread.onSpinWait();
                  }
                  return 1;
                });
        Handle<Integer> handle = verb.begin(face, recorder, i, body);
        body.awaitStarted();
        List<Boolean> answers =
            race.each(
                List.<Callable<Boolean>>of(
                    () -> {
                      go.set(true);
                      return true;
                    },
                    handle::cancel));
        assertOneStory(face, handle, answers.get(1));
        if (answers.get(1)) {
          cancelled++;
        }
      }
    }
    assertBalanced(face);
    OffloadStats total = face.snapshot().total();
    assertEquals(cancelled, total.cancelled());
    assertEquals(rounds - cancelled, total.succeeded());
  }

  private static void assertOneStory(Face face, Handle<Integer> handle, boolean cancelled) {
    Outcome<Integer> told = Outcome.of(handle);
    JobState state = handle.jobState();
    if (cancelled) {
      assertTrue(face.isGivenUp(told.failure()), () -> "cancel answered true, but " + told);
      assertTrue(
          state == JobState.CANCELLED || state == JobState.CANCELLING,
          () -> "cancel answered true, but the job is " + state);
    } else {
      assertEquals(JobState.SUCCEEDED, state, "cancel answered false");
      told.assertValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("L1: so it is when the outcome is not yet handed over")
  default void cancelWhileTheOutcomeIsOnItsWay(Begin verb) {
    Block block = neighbours().block();
    HostileExecutor executor = new HostileExecutor(bench().pool(3));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    RecorderFace recorder = face.recorder(LOAD);
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = verb.begin(face, recorder, 0, body);
    body.awaitStarted();
    Handle<Integer> next = face.submit(LOAD.key("next"), Body.of(() -> 2));
    executor.turn(
        (task, inner) -> {
          if (handle.jobState() == JobState.SUCCEEDED && !block.isReached()) {
            block.hold();
          }
          inner.execute(task);
        });
    var unused = Bounded.start(body::release);
    block.awaitArrival();
    boolean cancelled = Bounded.get("cancel answers", Bounded.supply(handle::cancel));

    assertFalse(cancelled, "the body had decided");
    Outcome.of(handle).assertValue(1);
    block.release();
    Outcome.of(next).assertValue(2);
  }

  /** How a scope ends. */
  enum ScopeEnd {
    COMPLETE {
      @Override
      public void end(FaceScope scope) {
        scope.complete();
      }
    },
    CANCEL {
      @Override
      public void end(FaceScope scope) {
        scope.cancel();
      }
    };

    abstract void end(FaceScope scope);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R8: a share in a scope that ends meanwhile is refused or accepted, never both")
  default void shareAtTheEndOfAScope(ScopeEnd end) {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    AtomicInteger refused = new AtomicInteger();
    int rounds = 1_500;
    try (Race race = new Race(2)) {
      for (int i = 0; i < rounds; i++) {
        int round = i;
        FaceScope scope = face.openScope("request", ScopeOptions.unset());
        race.each(
            List.<Callable<Boolean>>of(
                () -> {
                  try {
                    scope.share(LOAD.key(round), Body.of(() -> 1));
                    return true;
                  } catch (ScopeClosedException e) {
                    refused.incrementAndGet();
                    return false;
                  }
                },
                () -> {
                  end.end(scope);
                  return true;
                }));
      }
    }
    assertBalanced(face);
    assertEquals(rounds - refused.get(), face.snapshot().total().accepted());
    Bounded.until(
        "each refusal is counted as one",
        () -> face.snapshot().total().rejected() == refused.get());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R8: so it is when the scope is ended by the listener that hears of the share")
  default void shareInAScopeThatTheListenerEnds(ScopeEnd end) {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    listener.on("onAccepted", () -> end.end(scope));
    boolean refused;
    try {
      scope.share(LOAD.key(1), bench().held(() -> 1));
      refused = false;
    } catch (ScopeClosedException e) {
      refused = true;
    }
    listener.off();
    assertFalse(refused, "it was accepted");
    Bounded.run("the scope ends", scope::close);
    Bounded.until("its lease is dropped, the last one", () -> !face.isInFlight(LOAD.key(1)));
    assertBalanced(face);
    assertEquals(1, face.snapshot().total().cancelled());
  }

  @Test
  @DisplayName("R4: refusals by a scope that has ended are counted by its manager")
  default void refusalsAfterTheEnd() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    Outcome.of(scope.submit(LOAD.key(1), Body.of(() -> 1))).assertValue(1);
    Bounded.run("the scope ends", scope::close);
    for (int i = 0; i < 5; i++) {
      assertTrue(
          scope.trySubmit(LOAD.key(1), ConflictPolicy.JOIN, Body.of(() -> 2))
              instanceof Submission.Rejected);
    }

    Bounded.until("each is told", () -> listener.all("onRejected").size() == 5);
    assertEquals(5, face.snapshot().total().rejected());
    assertEquals(6, face.snapshot().total().submitted());
    assertBalanced(face);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R4: refusals by scopes that end meanwhile are counted as often as they are told")
  default void refusalsAtTheEnd(ScopeEnd end) {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger tried = new AtomicInteger();
    try (Race race = new Race(3)) {
      for (int i = 0; i < 400; i++) {
        FaceScope scope = face.openScope("request", ScopeOptions.unset());
        scope.submit(LOAD.key("first"), Body.of(() -> 1));
        tried.incrementAndGet();
        Callable<Integer> submitter =
            () -> {
              int count = 0;
              for (int j = 0; j < 10; j++) {
                tried.incrementAndGet();
                if (scope.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, Body.of(() -> 1))
                    instanceof Submission.Rejected) {
                  count++;
                }
              }
              return count;
            };
        List<Callable<Integer>> actions = new ArrayList<>();
        actions.add(submitter);
        actions.add(submitter);
        actions.add(
            () -> {
              end.end(scope);
              return 0;
            });
        race.each(actions).forEach(refused::addAndGet);
        Bounded.run("the scope ends", scope::close);
      }
    }
    assertBalanced(face);
    Bounded.until("each refusal is told", () -> listener.all("onRejected").size() >= refused.get());
    assertEquals(refused.get(), listener.all("onRejected").size());
    assertEquals(refused.get(), face.snapshot().total().rejected());
    assertEquals(tried.get(), face.snapshot().total().submitted());
  }
}
