package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stored file is deleted once. */
class DeskDeleteTest {
  @TempDir Path dir;

  private static final String ID = idOf("hello");

  private RunningDesk deskWithFile() {
    RunningDesk desk = new RunningDesk(dir);
    desk.post("hello");
    desk.awaitState(ID, "SUCCEEDED");
    return desk;
  }

  @Test
  void theSecondDeleteIsToldThatTheFirstIsUnderWay() {
    try (RunningDesk desk = deskWithFile()) {
      desk.storage.shut();
      CompletableFuture<HttpResponse<String>> first = desk.delete(ID);
      RunningDesk.await(() -> desk.storage.deletes.get() == 1);

      HttpResponse<String> second = desk.delete(ID).join();
      assertEquals(409, second.statusCode());
      assertTrue(second.body().contains("is being deleted"), second.body());
      desk.awaitState(ID, "SUCCEEDED"); // until it is gone, it is there

      desk.storage.open();
      assertEquals("{\"freedBytes\":5}", first.join().body());
      assertEquals(1, desk.storage.deletes.get());
      assertEquals(404, desk.get("/files/" + ID).statusCode());
      assertEquals(404, desk.delete(ID).join().statusCode());
      assertEquals(List.of(), desk.stored());
    }
  }

  @Test
  void aFileThatComesWhileItIsDeletedCameBefore() {
    try (RunningDesk desk = deskWithFile()) {
      desk.storage.shut();
      CompletableFuture<HttpResponse<String>> delete = desk.delete(ID);
      RunningDesk.await(() -> desk.storage.deletes.get() == 1);

      // Until it is gone it is there; a store does not run beside the delete.
      assertTrue(desk.post("hello").body().contains("STORED_ALREADY"));
      assertEquals(List.of(), desk.incoming());

      desk.storage.open();
      assertEquals(200, delete.join().statusCode());
      assertEquals(404, desk.get("/files/" + ID).statusCode());
      assertEquals(1, desk.storage.stores.get());
      assertEquals(List.of(), desk.stored());
    }
  }

  @Test
  void ofDeletesThatRaceOneDeletes() {
    try (RunningDesk desk = deskWithFile()) {
      List<Integer> codes =
          Stream.generate(() -> desk.delete(ID)).limit(20).toList().stream()
              .map(delete -> delete.join().statusCode())
              .toList();
      assertEquals(1, codes.stream().filter(code -> code == 200).count());
      assertTrue(List.of(200, 404, 409).containsAll(codes), codes::toString);
      assertEquals(1, desk.storage.deletes.get());
    }
  }

  @Test
  void aDeleteThatFailsLeavesTheFileAndCanBeTriedAgain() {
    try (RunningDesk desk = deskWithFile()) {
      desk.storage.failing = true;
      HttpResponse<String> failed = desk.delete(ID).join();
      assertEquals(500, failed.statusCode());
      assertTrue(failed.body().contains("the file is still there: no space left"), failed.body());
      assertEquals(List.of(ID), desk.stored());
      desk.awaitState(ID, "SUCCEEDED");

      desk.storage.failing = false;
      assertEquals(200, desk.delete(ID).join().statusCode());
      assertEquals(List.of(), desk.stored());
    }
  }

  @Test
  void aDeletedFileCanBeBroughtAgain() {
    try (RunningDesk desk = deskWithFile()) {
      assertEquals(200, desk.delete(ID).join().statusCode());
      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      desk.awaitState(ID, "SUCCEEDED");
      assertEquals(List.of(ID), desk.stored());
    }
  }

  @Test
  void whatIsBeingStoredCannotBeDeletedYet() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      desk.storage.shut();
      desk.post("hello");
      HttpResponse<String> answer = desk.delete(ID).join();
      assertEquals(409, answer.statusCode());
      assertTrue(answer.body().contains("WORKING"), answer.body());
      assertEquals(0, desk.storage.deletes.get());
    }
  }
}
