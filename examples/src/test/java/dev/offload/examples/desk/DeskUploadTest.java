package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is stored once, and tried again if that failed. */
class DeskUploadTest {
  @TempDir Path dir;

  @Test
  void aFileIsStoredUnderItsHash() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = idOf("hello");
      assertEquals(404, desk.get("/files/" + id).statusCode());

      HttpResponse<String> answer = desk.post("hello");
      assertEquals(202, answer.statusCode());
      assertEquals("/files/" + id, answer.headers().firstValue("Location").orElseThrow());
      assertEquals("{\"id\":\"" + id + "\",\"receipt\":\"ACCEPTED\"}", answer.body());

      desk.awaitState(id, "SUCCEEDED");
      assertEquals("hello", Files.readString(dir.resolve("stored").resolve(id)));
      assertEquals(List.of(), desk.incoming());
      assertEquals(200, desk.get("/files/" + id.toUpperCase(Locale.ROOT)).statusCode());
      assertEquals(
          "{\"count\":1,\"files\":[{\"id\":\"" + id + "\",\"state\":\"SUCCEEDED\"}]}",
          desk.get("/files?state=SUCCEEDED").body());
    }
  }

  @Test
  void aFileThatComesAgainLaterIsNotNeeded() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      desk.post("hello");
      desk.awaitState(idOf("hello"), "SUCCEEDED");

      HttpResponse<String> again = desk.post("hello");

      assertEquals(200, again.statusCode());
      assertTrue(again.body().contains("STORED_ALREADY"), again.body());
      assertEquals(List.of(), desk.incoming());
      assertEquals(1, desk.storage.stores.get());
    }
  }

  @Test
  void fiftyTimesTheSameFileAtOnceIsOneFile() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      desk.storage.shut();
      List<CompletableFuture<HttpResponse<String>>> posts =
          Stream.generate(() -> desk.send("POST", "/files", BodyPublishers.ofString("hello")))
              .limit(50)
              .toList();

      // All have their answer while the disk has not answered yet.
      List<HttpResponse<String>> answers = posts.stream().map(CompletableFuture::join).toList();
      desk.storage.open();
      desk.awaitState(idOf("hello"), "SUCCEEDED");

      assertEquals(
          List.of(202), answers.stream().map(HttpResponse::statusCode).distinct().toList());
      assertEquals(1, answers.stream().filter(a -> a.body().contains("ACCEPTED")).count());
      assertEquals(49, answers.stream().filter(a -> a.body().contains("BEING_STORED")).count());
      assertEquals(1, desk.storage.stores.get());
      assertEquals(List.of(idOf("hello")), desk.stored());
      assertEquals(List.of(), desk.incoming());
    }
  }

  @Test
  void aDiskThatFailsCanBeTriedAgain() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = idOf("hello");
      desk.storage.failing = true;
      assertEquals(202, desk.post("hello").statusCode());
      desk.awaitState(id, "FAILED");

      // The cause is told, the place is not.
      String failed = "{\"id\":\"" + id + "\",\"state\":\"FAILED\",\"cause\":\"no space left\"}";
      assertEquals(failed, desk.get("/files/" + id).body());
      assertEquals(
          "{\"count\":1,\"files\":[" + failed + "]}", desk.get("/files?state=FAILED").body());
      assertEquals(List.of(), desk.incoming());
      assertEquals(List.of(), desk.stored());
      HttpResponse<String> deleted = desk.delete(id).join();
      assertEquals(409, deleted.statusCode());
      assertTrue(deleted.body().contains("FAILED"), deleted.body());

      desk.storage.failing = false;
      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      desk.awaitState(id, "SUCCEEDED");
      assertEquals("{\"count\":0,\"files\":[]}", desk.get("/files?state=FAILED").body());
      assertEquals(List.of(id), desk.stored());
    }
  }

  @Test
  void aDiskThatReallyFailsTellsNoPlaces() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = idOf("hello");
      Files.delete(dir.resolve("stored"));
      assertEquals(202, desk.post("hello").statusCode());
      desk.awaitState(id, "FAILED");
      String failed = desk.get("/files/" + id).body();
      assertTrue(failed.contains("\"cause\":\"NoSuchFileException\""), failed);
      assertEquals(List.of(), desk.incoming());

      Files.createDirectory(dir.resolve("stored"));
      assertEquals(202, desk.post("hello").statusCode());
      desk.awaitState(id, "SUCCEEDED");

      Files.delete(dir.resolve("incoming"));
      HttpResponse<String> lost = desk.post("other");
      assertEquals(500, lost.statusCode());
      assertTrue(lost.body().contains("the disk failed"), lost.body());
      assertFalse(lost.body().contains(dir.toString()), lost.body());
      assertEquals(404, desk.get("/files/" + idOf("other")).statusCode());
      Files.createDirectory(dir.resolve("incoming"));
    }
  }

  @Test
  void whoBringsAFileThatIsNotStoredIsToldSoLikeTheFirst() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = idOf("hello");
      desk.storage.shut();
      desk.storage.failing = true;
      assertTrue(desk.post("hello").body().contains("ACCEPTED"));
      assertTrue(desk.post("hello").body().contains("BEING_STORED"));

      desk.storage.open();
      desk.awaitState(id, "FAILED");
      assertEquals(List.of(), desk.incoming());
      assertEquals(List.of(), desk.stored());
      assertEquals(1, desk.storage.stores.get());
    }
  }

  @Test
  void aBodyIsAFileWhateverItsTypeIs() throws IOException {
    String form = "a=1&b=2";
    try (RunningDesk desk = new RunningDesk(dir);
        var socket = desk.connect()) {
      RunningDesk.write(
          socket,
          "POST /files?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n"
              + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
              + form);
      assertEquals("202", RunningDesk.status(socket));
      desk.awaitState(idOf(form), "SUCCEEDED");
    }
  }

  @Test
  void aNewDeskKnowsWhatIsStoredAndClearsWhatIsBroken() throws IOException {
    Files.createDirectories(dir.resolve("incoming"));
    Files.writeString(dir.resolve("incoming").resolve("upload-1.part"), "hel");
    try (RunningDesk desk = new RunningDesk(dir)) {
      assertEquals(List.of(), desk.incoming());
      desk.post("hello");
      desk.awaitState(idOf("hello"), "SUCCEEDED");
    }
    Files.writeString(dir.resolve("stored").resolve("notes.txt"), "not the desk's");
    try (RunningDesk desk = new RunningDesk(dir)) {
      assertTrue(desk.post("hello").body().contains("STORED_ALREADY"));
      assertEquals(200, desk.delete(idOf("hello")).join().statusCode());
      assertEquals(List.of("notes.txt"), desk.stored());
    }
  }

  @Test
  void differentFilesDoNotMeet() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      List<String> texts = Stream.iterate(1, n -> n + 1).limit(10).map(n -> "file " + n).toList();
      texts.stream()
          .map(text -> desk.send("POST", "/files", BodyPublishers.ofString(text)))
          .toList()
          .forEach(post -> assertEquals(202, post.join().statusCode()));
      texts.forEach(text -> desk.awaitState(idOf(text), "SUCCEEDED"));
      assertEquals(
          texts.stream().map(RunningDesk::idOf).collect(Collectors.toSet()),
          Set.copyOf(desk.stored()));
      String listed = desk.get("/files?state=SUCCEEDED").body();
      assertTrue(listed.startsWith("{\"count\":10,"), listed);
    }
  }
}
