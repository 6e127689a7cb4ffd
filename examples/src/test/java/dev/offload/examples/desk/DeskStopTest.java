package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.examples.desk.files.FileId;
import dev.offload.examples.desk.files.FileState;
import dev.offload.examples.desk.files.UploadDesk;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A desk that is stopped ends what it has begun, or says that it has not. */
class DeskStopTest {
  @TempDir Path dir;

  private static final String ID = idOf("hello");

  @Test
  void anUploadInFlightIsReceivedAndStored() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.grace=60s");
        Socket upload = desk.beginUpload(5, "hel")) {
      RunningDesk.await(() -> desk.incoming().size() == 1);
      CompletableFuture<Void> stop = desk.stop();
      desk.awaitStopping();

      RunningDesk.write(upload, "lo");
      assertEquals("202", RunningDesk.status(upload));
      stop.join();
      assertEquals(List.of(ID), desk.stored());
      assertEquals(List.of(), desk.incoming());
    }
  }

  @Test
  void whatIsBeingStoredIsStored() throws InterruptedException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.grace=60s")) {
      desk.storage.shut();
      assertEquals(202, desk.post("hello").statusCode());
      desk.storage.arrived.await();
      CompletableFuture<Void> stop = desk.stop();
      desk.awaitStopping();

      desk.storage.open();
      stop.join();
      assertEquals(List.of(ID), desk.stored());
    }
  }

  @Test
  void whatOutlastsTheGraceFailsAndLeavesNothing() throws IOException, InterruptedException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.grace=0s");
        Socket upload = desk.beginUpload(5, "wor")) {
      UploadDesk tasks = desk.context.getBean(UploadDesk.class);
      desk.storage.shut();
      assertEquals(202, desk.post("hello").statusCode());
      desk.storage.arrived.await();
      RunningDesk.await(() -> desk.incoming().size() == 2);

      // As of a request that has lost its thread.
      Files.createFile(dir.resolve("incoming").resolve("upload-1.part"));
      assertFalse(upload.isClosed()); // this client would go on for ever
      desk.stop().join();

      var status = tasks.status(FileId.of(ID));
      assertEquals(FileState.FAILED, status.state());
      assertTrue(status.cause().contains("the scope that owns it ended"), status.cause());
      assertEquals(List.of(), desk.stored());
      assertEquals(List.of(), desk.incoming());
    }
  }
}
