package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static dev.offload.examples.desk.RunningDesk.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that was lost behind the desk's back is told to be, and can be brought again. */
class DeskMissingTest {
  @TempDir Path dir;

  private static final String ID = idOf("hello");
  private static final String GONE =
      "{\"id\":\"" + ID + "\",\"state\":\"MISSING\",\"cause\":\"it is not on the disk any more\"}";

  private Path file() {
    return dir.resolve("stored").resolve(ID);
  }

  private RunningDesk deskWithFile() {
    RunningDesk desk = new RunningDesk(dir);
    desk.post("hello");
    desk.awaitState(ID, "SUCCEEDED");
    return desk;
  }

  @Test
  void aFileThatIsGoneIsToldAndBroughtAgain() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      assertEquals(GONE, desk.get("/files/" + ID).body());
      assertEquals(
          "{\"count\":1,\"files\":[" + GONE + "]}", desk.get("/files?state=MISSING").body());
      assertTrue(desk.get("/files?state=SUCCEEDED").body().endsWith("\"files\":[]}"));
      HttpResponse<byte[]> content = desk.content(ID);
      assertEquals(410, content.statusCode());
      String problem = new String(content.body(), StandardCharsets.UTF_8);
      assertTrue(problem.contains("not on the disk"), problem);

      HttpResponse<String> again = desk.post("hello");
      assertEquals(202, again.statusCode());
      assertTrue(again.body().contains("ACCEPTED"), again.body());
      desk.awaitState(ID, "SUCCEEDED");
      assertEquals(2, desk.storage.stores.get());
      assertEquals("hello", Files.readString(file()));
      assertEquals(List.of(), desk.incoming());
      assertEquals("{\"count\":0,\"files\":[]}", desk.get("/files?state=MISSING").body());
    }
  }

  @Test
  void aFileOfAnotherSizeIsMissing() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      for (String changed : List.of("hel", "", "hello, world")) {
        Files.writeString(file(), changed);
        String told = desk.get("/files/" + ID).body();
        String cause = "it has " + changed.length() + " bytes on the disk, and had 5";
        assertTrue(told.contains("MISSING") && told.contains(cause), told);
        assertEquals(410, desk.content(ID).statusCode());

        assertTrue(desk.post("hello").body().contains("ACCEPTED"));
        desk.awaitState(ID, "SUCCEEDED");
        assertEquals("hello", Files.readString(file()));
      }
    }
  }

  @Test
  void anotherThingInItsPlaceIsNoFile() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      Files.createDirectory(file());
      assertTrue(desk.get("/files/" + ID).body().contains("something else is in its place"));
      assertEquals(410, desk.content(ID).statusCode());
      assertEquals(200, desk.delete(ID).join().statusCode());
      assertEquals(List.of(), desk.stored());
    }
  }

  @Test
  void aDiskThatComesBackMendsItself() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Path away = dir.resolve("away");
      Files.move(dir.resolve("stored"), away);
      desk.awaitState(ID, "MISSING");
      Files.move(away, dir.resolve("stored"));
      desk.awaitState(ID, "SUCCEEDED");
      assertTrue(desk.post("hello").body().contains("STORED_ALREADY"));
      assertEquals(1, desk.storage.stores.get());
    }
  }

  @Test
  void aNewDeskKnowsTheSizes() throws IOException {
    deskWithFile().close();
    try (RunningDesk desk = new RunningDesk(dir)) {
      desk.awaitState(ID, "SUCCEEDED");
      desk.cut(ID, 1);
      desk.awaitState(ID, "MISSING");
    }
  }

  @Test
  void aMissingFileCanBeDeleted() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      assertEquals("{\"freedBytes\":0}", desk.delete(ID).join().body());
      assertEquals(404, desk.get("/files/" + ID).statusCode());
      assertEquals(404, desk.content(ID).statusCode());

      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      desk.awaitState(ID, "SUCCEEDED");
      desk.cut(ID, 2);
      assertEquals("{\"freedBytes\":2}", desk.delete(ID).join().body());
      assertEquals(404, desk.get("/files/" + ID).statusCode());
    }
  }

  @Test
  void ofManyWhoBringItAgainOneStoresIt() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      desk.storage.shut();
      List<HttpResponse<String>> answers = postTwentyTimes(desk);
      assertEquals(1, answers.stream().filter(a -> a.body().contains("ACCEPTED")).count());
      assertEquals(19, answers.stream().filter(a -> a.body().contains("BEING_STORED")).count());
      assertTrue(desk.get("/files/" + ID).body().contains("WORKING"));

      desk.storage.open();
      desk.awaitState(ID, "SUCCEEDED");
      assertEquals(2, desk.storage.stores.get());
      assertEquals(List.of(), desk.incoming());
    }
  }

  @Test
  void whoComesWhenItIsMendedDoesNotMendItAgain() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      for (int round = 1; round <= 10; round++) {
        Files.delete(file());
        List<HttpResponse<String>> answers = postTwentyTimes(desk);
        assertEquals(1, answers.stream().filter(a -> a.body().contains("ACCEPTED")).count());
        desk.awaitState(ID, "SUCCEEDED");
        assertEquals(1 + round, desk.storage.stores.get());
      }
    }
  }

  @Test
  void whoFindsItMissingAndIsOvertakenDoesNotMendItAgain() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      desk.storage.meanwhile.set(
          () -> {
            assertTrue(desk.post("hello").body().contains("ACCEPTED"));
            desk.awaitState(ID, "SUCCEEDED");
          });
      HttpResponse<String> overtaken = desk.post("hello");
      assertTrue(overtaken.body().contains("STORED_ALREADY"), overtaken.body());
      assertEquals(2, desk.storage.stores.get());
    }
  }

  private static List<HttpResponse<String>> postTwentyTimes(RunningDesk desk) {
    List<CompletableFuture<HttpResponse<String>>> posts =
        Stream.generate(() -> desk.send("POST", "/files", BodyPublishers.ofString("hello")))
            .limit(20)
            .toList();
    return posts.stream().map(CompletableFuture::join).toList();
  }

  @Test
  void whatCannotBeMendedHasFailed() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      Files.delete(file());
      desk.storage.failing = true;
      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      desk.awaitState(ID, "FAILED");

      desk.storage.failing = false;
      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      desk.awaitState(ID, "SUCCEEDED");
      assertEquals(List.of(ID), desk.stored());
    }
  }

  @Test
  void aFileThatIsBeingDeletedIsNotMissing() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      desk.storage.shut();
      CompletableFuture<HttpResponse<String>> delete = desk.delete(ID);
      RunningDesk.await(() -> desk.storage.deletes.get() == 1);
      Files.delete(file()); // as the delete does before it is recorded

      assertTrue(desk.get("/files/" + ID).body().contains("SUCCEEDED"));
      assertEquals(409, desk.content(ID).statusCode());
      assertTrue(desk.post("hello").body().contains("STORED_ALREADY")); // it came before the delete

      desk.storage.open();
      assertEquals("{\"freedBytes\":0}", delete.join().body());
      assertEquals(404, desk.get("/files/" + ID).statusCode());
      assertEquals(1, desk.storage.stores.get());
    }
  }

  @Test
  void whoReadsAFileThatGoesAndComesReadsItAll() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = desk.storeLarge();
      try (Socket ofTheFirst = desk.beginDownload(id)) {
        assertEquals("200", status(ofTheFirst));
        Files.delete(dir.resolve("stored").resolve(id));
        desk.awaitState(id, "MISSING");
        assertEquals(id, desk.storeLarge());
        try (Socket ofTheSecond = desk.beginDownload(id)) {
          assertEquals("200", status(ofTheSecond));
          assertEquals(200, desk.delete(id).join().statusCode());

          for (Socket reader : List.of(ofTheFirst, ofTheSecond)) {
            String read = new String(RunningDesk.rest(reader), StandardCharsets.ISO_8859_1);
            String file = read.substring(read.indexOf("\r\n\r\n") + 4);
            assertEquals(id, idOf(file));
          }
        }
      }
    }
  }
}
