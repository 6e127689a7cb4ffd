package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KeyStuckException;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R1, R7: NEXT, a result whose body began after it was asked for. */
public interface NextContract extends Contract {
  OffloadKey.Keyed<Integer> KEY = LOAD.key("same");

  private Body<Integer> running(FaceScope face) {
    Body<Integer> body = bench().held(() -> 1);
    face.share(KEY, body);
    return body.awaitStarted();
  }

  @Test
  @DisplayName("R1: who asks with NEXT while a body is at work gets the value of the next one")
  default void nextRun() {
    Face face = bench().open();
    Body<Integer> first = running(face);
    Body<Integer> second = Body.of(() -> first.hasEnded() ? 2 : -2);
    Handle<Integer> next = face.share(KEY, ConflictPolicy.NEXT, second);

    assertFalse(next.joined());
    assertEquals(JobState.QUEUED, next.jobState());
    assertEquals(0, second.runs());
    first.release();
    Outcome.of(next).assertValue(2);
    assertEquals(1, second.runs());
  }

  @Test
  @DisplayName("R7: a submission with NEXT starts where nothing is in flight, and says so")
  default void nextOfNothing() {
    Face face = bench().open();
    Submission<Handle<Integer>> taken = face.trySubmit(KEY, ConflictPolicy.NEXT, Body.of(() -> 1));

    assertInstanceOf(Submission.Started.class, taken);
    Outcome.of(taken.handleOrNull()).assertValue(1);
  }

  @Test
  @DisplayName("R1: all who ask with NEXT while a body is at work share one run, JOIN too")
  default void oneNextForAll() {
    Face face = bench().open();
    Body<Integer> first = running(face);
    Body<Integer> second = bench().held(() -> 2);
    Handle<Integer> next = face.share(KEY, ConflictPolicy.NEXT, second);
    List<Handle<Integer>> others =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    face.share(
                        KEY,
                        i % 2 == 0 ? ConflictPolicy.NEXT : ConflictPolicy.JOIN,
                        Body.of(() -> -1)))
            .toList();
    assertTrue(others.stream().allMatch(Handle::joined));
    OffloadStats stats = face.snapshot().total();
    assertEquals(2, stats.accepted());
    assertEquals(100, stats.joined());

    first.release();
    second.awaitStarted();
    Handle<Integer> third = face.share(KEY, ConflictPolicy.NEXT, Body.of(() -> 3));
    assertFalse(third.joined(), "the second has begun");
    second.release();
    Outcome.of(next).assertValue(2);
    others.forEach(other -> Outcome.of(other).assertValue(2));
    Outcome.of(third).assertValue(3);
  }

  @Test
  @DisplayName("R1: NEXT shares a run that waits for a permit: it has not begun")
  default void runThatHasNotBegun() {
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(LOAD, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))));
    Body<Integer> occupant = bench().held(() -> 0);
    face.submit(LOAD.key("other"), occupant);
    occupant.awaitStarted();
    Handle<Integer> queued = face.submit(KEY, Body.of(() -> 1));
    Submission<Handle<Integer>> next = face.trySubmit(KEY, ConflictPolicy.NEXT, Body.of(() -> -1));

    assertInstanceOf(Submission.Joined.class, next);
    occupant.release();
    Outcome.of(queued).assertValue(1);
    Outcome.of(next.handleOrNull()).assertValue(1);
  }

  @Test
  @DisplayName("R1: the next one runs however the one before it ends")
  default void afterAnyEnd() {
    List<Callable<Integer>> ends =
        List.of(
            () -> 1,
            () -> {
              throw new IllegalStateException("on purpose");
            },
            () -> {
              throw new LinkageError("on purpose");
            });
    for (Callable<Integer> end : ends) {
      Face face = bench().open();
      Body<Integer> first = bench().held(end);
      Handle<Integer> before = face.submit(KEY, first);
      first.awaitStarted();
      Handle<Integer> next = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> 2));
      first.release();
      Outcome.of(next).assertValue(2);
      Outcome<Integer> unused = Outcome.of(before);
    }
  }

  @Test
  @DisplayName("L1: the next one ends with its last holder, and the one at work goes on")
  default void nextIsAbandoned() {
    Face face = bench().open();
    Body<Integer> first = bench().held(() -> 1);
    Handle<Integer> before = face.share(KEY, first);
    first.awaitStarted();
    Body<Integer> second = Body.of(() -> 2);
    Handle<Integer> next = face.share(KEY, ConflictPolicy.NEXT, second);
    Handle<Integer> other = face.share(KEY, ConflictPolicy.NEXT, Body.of(() -> -1));

    assertTrue(next.cancel());
    assertEquals(JobState.QUEUED, other.jobState());
    assertTrue(other.cancel());
    Bounded.until("it is gone", () -> face.activeCount() == 1);
    Handle<Integer> later = face.share(KEY, ConflictPolicy.NEXT, Body.of(() -> 3));
    first.release();
    Outcome.of(before).assertValue(1);
    Outcome.of(later).assertValue(3);
    assertEquals(0, second.runs());
  }

  @Test
  @DisplayName("R5: a cancel of the key reaches the body at work and the next one")
  default void cancelOfBoth() {
    Face face = bench().open();
    Body<Integer> first = bench().stubborn(() -> 1);
    Handle<Integer> before = face.submit(KEY, first);
    first.awaitStarted();
    Handle<Integer> next = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> 2));

    assertTrue(face.cancel(KEY));
    Outcome.of(before).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(next).assertCancelled(CancelReason.CANCELLED);
    Handle<Integer> after = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> 3));
    first.release();
    Outcome.of(after).assertValue(3);
  }

  @Test
  @DisplayName("R7: REPLACE takes the place of both, REJECT meets them")
  default void otherPolicies() {
    Face face = bench().open();
    Body<Integer> first = bench().stubborn(() -> 1);
    Handle<Integer> before = face.submit(KEY, first);
    first.awaitStarted();
    Handle<Integer> next = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> 2));
    Submission<Handle<Integer>> rejected =
        face.trySubmit(KEY, ConflictPolicy.REJECT, Body.of(() -> -1));
    assertEquals(
        RejectReason.KEY_IN_FLIGHT, assertInstanceOf(Submission.Rejected.class, rejected).reason());
    Submission<Handle<Integer>> replaces =
        face.trySubmit(KEY, ConflictPolicy.REPLACE, Body.of(() -> 3));

    assertInstanceOf(Submission.Replaced.class, replaces);
    Outcome.of(before).assertCancelled(CancelReason.REPLACED);
    Outcome.of(next).assertCancelled(CancelReason.REPLACED);
    first.release();
    Outcome.of(replaces.handleOrNull()).assertValue(3);
  }

  @Test
  @DisplayName(
      "R1: with ALLOW above and below it, the next one is found, and waits for all before it")
  default void besideAllow() {
    Face face = bench().open();
    List<Body<Integer>> before = Stream.generate(() -> bench().held(() -> 1)).limit(2).toList();
    before.forEach(body -> face.submit(KEY, ConflictPolicy.ALLOW, body));
    before.forEach(Body::awaitStarted);
    Body<Integer> second = Body.of(() -> before.stream().allMatch(Body::hasEnded) ? 2 : -2);
    Handle<Integer> next = face.submit(KEY, ConflictPolicy.NEXT, second);
    Body<Integer> beside = bench().held(() -> 3);
    face.submit(KEY, ConflictPolicy.ALLOW, beside);
    beside.awaitStarted();
    Handle<Integer> joined = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> -1));

    assertTrue(joined.joined());
    before.forEach(Body::release);
    Outcome.of(next).assertValue(2);
    Outcome.of(joined).assertValue(2);
    assertFalse(beside.hasEnded());
  }

  @Test
  @DisplayName("E5: a body that waits for the next run of its own key would wait for itself")
  default void ownNext() {
    Face face = bench().open();
    Body<Integer> body =
        bench()
            .waiting(
                () -> face.share(KEY, ConflictPolicy.NEXT, Body.of(() -> 2)).asWait(),
                outcome -> {
                  assertInstanceOf(OffloadCycleException.class, outcome.failure());
                  return 1;
                });
    Handle<Integer> first = face.share(KEY, body);
    body.release();
    Outcome.of(first).assertValue(1);
  }

  @Test
  @DisplayName(
      "R1: the next one waits as long as the body takes, and a bounded time once it is cancelled")
  default void boundOfTheWait() {
    Duration bound = Duration.ofMillis(20);
    RecordingListener listener = new RecordingListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(
                        OffloadConfig.builder()
                            .successorWait(bound)
                            .undyingReportAfter(bound.multipliedBy(3))));
    Body<Integer> first = bench().stubborn(() -> 1);
    Handle<Integer> before = face.submit(KEY, first);
    first.awaitStarted();
    // The report on this one comes when three times the bound is over.
    OffloadKey.Keyed<Integer> clock = LOAD.key("clock");
    Body<Integer> hand = bench().stubborn(() -> 0);
    face.submit(clock, hand);
    hand.awaitStarted();
    Handle<Integer> next = face.submit(KEY, ConflictPolicy.NEXT, Body.of(() -> 2));
    assertTrue(face.cancel(clock));
    assertEquals(clock, listener.await("onUndying").job().key());
    assertEquals(JobState.QUEUED, next.jobState());

    assertTrue(before.cancel());
    assertEquals(bound, Outcome.of(next).assertFailure(KeyStuckException.class).waited());
    first.release();
    hand.release();
  }

  @Test
  @DisplayName(
      "R7: work that is shared takes JOIN and NEXT alone, and NEXT is for keyed keys alone")
  default void whereItIsRefused() {
    Face face = bench().open();
    for (ConflictPolicy policy : ConflictPolicy.values()) {
      if (policy != ConflictPolicy.JOIN && policy != ConflictPolicy.NEXT) {
        String message =
            assertThrows(
                    IllegalArgumentException.class, () -> face.share(KEY, policy, Body.of(() -> 1)))
                .getMessage();
        assertTrue(message.startsWith("conflict must be JOIN or NEXT"), message);
        assertTrue(message.contains(policy.name()), message);
      }
    }
    for (OffloadKey<Integer> key : List.<OffloadKey<Integer>>of(LOAD.explicit(1), LOAD.auto())) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> face.submit(key, ConflictPolicy.NEXT, Body.of(() -> 1)))
              .getMessage();
      assertTrue(message.startsWith("conflict must not be NEXT"), message);
    }
    assertNull(face.find(KEY).orElse(null));
    assertEquals(0, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName(
      "R1: of many who race with NEXT, each gets a value of a body that began after he asked")
  default void racingNext() {
    Face face = bench().open();
    AtomicInteger written = new AtomicInteger();
    try (Race race = new Race(4)) {
      Callable<Handle<Integer>> writeThenRead =
          () -> {
            int mine = written.incrementAndGet();
            Handle<Integer> read = face.share(KEY, ConflictPolicy.NEXT, Body.of(written::get));
            int seen = Outcome.of(read).value();
            assertTrue(seen >= mine, seen + " is older than " + mine);
            return read;
          };
      for (int round = 0; round < 500; round++) {
        List<Handle<Integer>> all =
            race.each(List.of(writeThenRead, writeThenRead, writeThenRead, writeThenRead));
        assertEquals(4, all.size());
      }
    }
  }
}
