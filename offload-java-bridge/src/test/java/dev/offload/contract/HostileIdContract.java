package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.HostileId;
import dev.offload.contract.fixture.Once;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.Refusal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R9: ids are not ours. */
public interface HostileIdContract extends HostileContract {

  /** How a job goes whose id throws. */
  enum End {
    VALUE,
    EXCEPTION,
    CANCEL
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "R9: an id whose equals throws once while its job is taken out keeps no key and no scope")
  default void idThatThrowsWhenItsJobEnds(End end) {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    Once once = new Once();
    OffloadKey.Keyed<Integer> other = LOAD.key(new HostileId("other").onEquals(once));
    OffloadKey.Keyed<Integer> key = LOAD.key(new HostileId("same").onEquals(once));
    Body<Integer> otherBody = bench().held(() -> 1);
    Handle<Integer> neighbour = scope.submit(other, otherBody);
    Body<Integer> body =
        bench()
            .held(
                () -> {
                  once.arm(() -> new IllegalStateException("not comparable"));
                  if (end == End.EXCEPTION) {
                    throw new java.io.IOException("on purpose");
                  }
                  return 2;
                });
    Handle<Integer> handle = scope.submit(key, body);
    body.awaitStarted();
    if (end == End.CANCEL) {
      once.arm(() -> new IllegalStateException("not comparable"));
      assertTrue(handle.cancel());
    } else {
      body.release();
      assertTrue(Outcome.of(handle).failure() == null == (end == End.VALUE));
    }
    body.awaitEnded();
    Bounded.until(
        "its entry was looked at", () -> once.hasThrown() || !listener.all("onEnded").isEmpty());
    once.disarm();

    assertFree(scope, key);
    otherBody.release();
    Outcome.of(neighbour).assertValue(1);
    assertFree(scope, other);
    Bounded.run("the scope ends", scope::close);
    assertBalanced(face);
  }

  @Test
  @DisplayName(
      "R9: an id whose equals throws fails the submission that compares it, and nothing else")
  default void idThatThrowsAtASubmission() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Once once = new Once();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.submit(LOAD.key(new HostileId("first").onEquals(once)), body);
    once.arm(() -> new IllegalStateException("not comparable"));
    OffloadKey.Keyed<Integer> key = LOAD.key(new HostileId("second"));
    IllegalStateException told =
        assertThrows(IllegalStateException.class, () -> scope.submit(key, Body.of(() -> 2)));
    assertTrue(told.getMessage().equals("not comparable"));

    assertFree(scope, key);
    body.release();
    Outcome.of(first).assertValue(1);
    Bounded.run("the scope ends", scope::close);
    assertBalanced(face);
    Bounded.until("no key is stuck", () -> !face.isInFlight(key));
  }

  @Test
  @DisplayName("R9: an id whose equals throws fails the share that compares it, and nothing else")
  default void idThatThrowsAtAShare() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Once once = new Once();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.share(LOAD.key(new HostileId("same").onEquals(once)), body);
    OffloadKey.Keyed<Integer> key = LOAD.key(new HostileId("same"));
    for (int i = 0; i < 3; i++) {
      once.arm(() -> new IllegalStateException("not comparable"));
      assertThrows(IllegalStateException.class, () -> scope.share(key, Body.of(() -> 2)));
    }
    Handle<Integer> joined = scope.share(key, Body.of(() -> 2));
    body.release();
    Outcome.of(first).assertValue(1);
    Outcome.of(joined).assertValue(1);
    Bounded.run("the scope ends", scope::close);
    assertFree(face, key);
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: an id whose equals throws in cancel, find or isInFlight changes nothing")
  default void idThatThrowsWhenItIsLookedUp() {
    Face face = bench().open();
    Once once = new Once();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.submit(LOAD.key(new HostileId("same").onEquals(once)), body);
    OffloadKey.Keyed<Integer> key = LOAD.key(new HostileId("same"));
    once.arm(() -> new IllegalStateException("not comparable"));
    assertThrows(IllegalStateException.class, () -> face.find(key));
    once.arm(() -> new IllegalStateException("not comparable"));
    assertThrows(IllegalStateException.class, () -> face.isInFlight(key));
    once.arm(() -> new IllegalStateException("not comparable"));
    assertThrows(IllegalStateException.class, () -> face.cancel(key));

    assertTrue(face.isInFlight(key));
    body.release();
    Outcome.of(first).assertValue(1);
    assertFree(face, key);
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: an id that blocks in equals delays no other key and no other caller")
  default void idThatBlocks() {
    Face face = bench().open();
    Block block = neighbours().block();
    HostileId hostile = new HostileId("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.submit(LOAD.key(hostile), body);
    body.awaitStarted();
    OffloadKey.Keyed<Integer> key = LOAD.key(new HostileId("same").onEquals(block::hold));
    var looking = Bounded.supply(() -> face.isInFlight(key));
    block.awaitArrival();
    assertFree(face, LOAD.key("another"));
    var unused = Bounded.start(body::release);

    Outcome.of(first).assertValue(1);
    block.release();
    Bounded.get("the look is answered", looking);
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: an id whose toString throws, blocks or comes back is shown without harm")
  default void idThatMisbehavesWhenShown() {
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(new RecordingListener())
                    .with(OffloadConfig.builder().showIds(true)));
    AtomicInteger shown = new AtomicInteger();
    for (Refusal refusal : Refusal.values()) {
      HostileId id =
          new HostileId("same")
              .onToString(
                  () -> {
                    shown.incrementAndGet();
                    refusal.raise();
                  });
      FaceScope scope = bench().scope(face, "request");
      Handle<Integer> failed = scope.submit(LOAD.key(id), Body.of(Ending.EXCEPTION::act));
      Outcome.of(failed).assertFailure(java.io.IOException.class);
      scope.submit(LOAD.key(id), Body.of(Ending.EXCEPTION::act));
      Bounded.run("the scope ends", scope::close);
      Body<Integer> body = bench().held(() -> 1);
      Handle<Integer> cancelled = face.submit(LOAD.key(id), body);
      body.awaitStarted();
      assertTrue(face.snapshot().toString().contains("load"));
      assertTrue(face.cancel(LOAD.key(id)));
      assertTrue(Outcome.of(cancelled).failure() != null);
      assertFree(face, LOAD.key(id));
    }
    assertTrue(shown.get() > 0, "ids are shown");
    assertBalanced(face);
  }
}
