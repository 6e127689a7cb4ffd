package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.offload.JobState;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** E1 to E3: what callers are told of failures. */
public interface FailureContract extends Contract {

  @Test
  @DisplayName("E1: an exception of the body reaches its callers as it is")
  default void rawException() {
    IOException failure = new IOException("on purpose");
    Face face = bench().open();
    Handle<Integer> handle =
        face.submit(
            LOAD.key("same"),
            Body.of(
                () -> {
                  throw failure;
                }));

    assertSame(failure, Outcome.of(handle).failure());
  }

  @Test
  @DisplayName("E1: a CancellationException of a body nobody cancelled is a failure")
  default void cancellationExceptionOfTheBody() {
    CancellationException thrown = new CancellationException("an inner timeout, say");
    Face face = bench().open();
    Handle<Integer> handle =
        face.submit(
            LOAD.key("same"),
            Body.of(
                () -> {
                  throw thrown;
                }));

    assertSame(thrown, Outcome.of(handle).assertFailure(OffloadFailedException.class).getCause());
    assertEquals(JobState.FAILED, handle.jobState());
    assertEquals(1, face.snapshot().total().failed());
  }

  @Test
  @DisplayName("E2: all waiters of one run get its failure, the next submission runs anew")
  default void sharedFailure() {
    IOException failure = new IOException("on purpose");
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body =
        bench()
            .held(
                () -> {
                  throw failure;
                });
    List<Handle<Integer>> all =
        List.of(face.share(key, body), face.submit(key, body), face.share(key, body));
    body.release();

    all.forEach(handle -> assertSame(failure, Outcome.of(handle).failure()));
    Handle<Integer> next = face.share(key, Body.of(() -> 2));
    Outcome.of(next).assertValue(2);
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("E3: a failure nobody awaited is reported once")
  default void unobservedFailure() {
    IOException failure = new IOException("on purpose");
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body =
        bench()
            .held(
                () -> {
                  throw failure;
                });
    face.submit(key, body);
    face.submit(key, body);
    body.release();

    assertSame(failure, listener.await("onEnded").failure());
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "somebody may ask still");
    Bounded.run("the end of the manager", face::closeCancelling);
    listener.await("onUnobservedFailure");
    List<RecordingListener.Event> reports = listener.all("onUnobservedFailure");
    assertEquals(1, reports.size());
    assertSame(failure, reports.get(0).failure());
    assertEquals(key, reports.get(0).job().key());
  }

  @Test
  @DisplayName("E3: a failure that one of the holders awaits is not reported")
  default void observedFailure() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(Ending.EXCEPTION::act);
    face.submit(key, body);
    var waiting = face.submit(key, body).outcome();
    body.release();

    listener.await("onEnded");
    assertEquals(List.of(), listener.all("onUnobservedFailure"));
    Outcome.of(waiting).assertFailure(IOException.class);
  }

  @Test
  @DisplayName("E3: neither a value nor a cancel is reported as a failure")
  default void noFailure() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    face.submit(LOAD.key("value"), Body.of(() -> 1));
    listener.await("onEnded", event -> event.job().state() == JobState.SUCCEEDED);
    Body<Integer> body = bench().held(() -> 2);
    face.submit(LOAD.key("cancelled"), body);
    body.awaitStarted();
    face.cancel(LOAD.key("cancelled"));
    listener.await("onEnded", event -> event.job().state() == JobState.CANCELLED);

    assertEquals(List.of(), listener.all("onUnobservedFailure"));
  }
}
