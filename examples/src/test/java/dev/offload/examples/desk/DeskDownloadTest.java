package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static dev.offload.examples.desk.RunningDesk.status;
import static dev.offload.examples.desk.RunningDesk.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.async.AsyncOffloadManager;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was brought can be had again. */
class DeskDownloadTest {
  @TempDir Path dir;

  private static final String ID = idOf("hello");

  private RunningDesk deskWithFile(String... properties) {
    RunningDesk desk = new RunningDesk(dir, properties);
    desk.post("hello");
    desk.awaitState(ID, "SUCCEEDED");
    return desk;
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("none");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  @Test
  void aFileIsSentAsItCame() {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    try (RunningDesk desk = new RunningDesk(dir)) {
      String location =
          desk.send("POST", "/files", BodyPublishers.ofByteArray(bytes))
              .join()
              .headers()
              .firstValue("Location")
              .orElseThrow();
      String id = location.substring("/files/".length());
      desk.awaitState(id, "SUCCEEDED");

      HttpResponse<byte[]> answer = desk.content(id.toUpperCase(Locale.ROOT));
      assertEquals(200, answer.statusCode());
      assertArrayEquals(bytes, answer.body());
      assertEquals("application/octet-stream", header(answer, "Content-Type"));
      assertEquals("nosniff", header(answer, "X-Content-Type-Options"));
      assertEquals("300000", header(answer, "Content-Length"));
      assertEquals("\"" + id + "\"", header(answer, "ETag"));
      assertEquals("bytes", header(answer, "Accept-Ranges"));
    }
  }

  @Test
  void anEmptyFileIsOne() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      desk.post("");
      desk.awaitState(idOf(""), "SUCCEEDED");
      HttpResponse<byte[]> answer = desk.content(idOf(""));
      assertEquals(200, answer.statusCode());
      assertEquals("0", header(answer, "Content-Length"));
      assertEquals(416, desk.content(idOf(""), "Range", "bytes=0-").statusCode());
    }
  }

  @Test
  void headTellsTheSameWithoutTheBytes() {
    try (RunningDesk desk = deskWithFile()) {
      HttpResponse<byte[]> answer = desk.head(ID, "Range", "bytes=1-2");
      assertEquals(200, answer.statusCode()); // a range is of GET
      assertEquals("5", header(answer, "Content-Length"));
      assertEquals("\"" + ID + "\"", header(answer, "ETag"));
      assertEquals(0, answer.body().length);
      assertEquals(404, desk.head(idOf("other")).statusCode());
    }
  }

  @Test
  void whoHasTheFileIsNotSentIt() {
    try (RunningDesk desk = deskWithFile()) {
      for (String tag : List.of("\"" + ID + "\"", "W/\"" + ID + "\"", "\"x\", \"" + ID + "\"")) {
        HttpResponse<byte[]> answer = desk.content(ID, "If-None-Match", tag);
        assertEquals(304, answer.statusCode(), tag);
        assertEquals("\"" + ID + "\"", header(answer, "ETag"));
        assertEquals(0, answer.body().length);
      }
      assertEquals("hello", text(desk.content(ID, "If-None-Match", "\"x\"")));
    }
  }

  @Test
  void aPartIsSentToWhoAsksForOne() {
    try (RunningDesk desk = deskWithFile()) {
      assertPart(desk, "bytes=0-1", "he", "bytes 0-1/5");
      assertPart(desk, "bytes=2-", "llo", "bytes 2-4/5");
      assertPart(desk, "bytes=-2", "lo", "bytes 3-4/5");
      assertPart(desk, "bytes=-9", "hello", "bytes 0-4/5");
      assertPart(desk, "bytes=4-9", "o", "bytes 4-4/5");

      HttpResponse<byte[]> beyond = desk.content(ID, "Range", "bytes=5-");
      assertEquals(416, beyond.statusCode());
      assertEquals("bytes */5", header(beyond, "Content-Range"));
      assertEquals(0, beyond.body().length);

      for (String all : List.of("bytes=0-0,2-2", "lines=1-2", "bytes=2-1", "bytes=x", "bytes")) {
        HttpResponse<byte[]> answer = desk.content(ID, "Range", all);
        assertEquals(200, answer.statusCode(), all);
        assertEquals("hello", text(answer), all);
        assertEquals("none", header(answer, "Content-Range"), all);
      }
    }
  }

  private static void assertPart(RunningDesk desk, String range, String part, String described) {
    HttpResponse<byte[]> answer = desk.content(ID, "Range", range);
    assertEquals(206, answer.statusCode(), range);
    assertEquals(part, text(answer), range);
    assertEquals(described, header(answer, "Content-Range"));
    assertEquals("" + part.length(), header(answer, "Content-Length"));
  }

  @Test
  void whoHasAPartOfSomethingElseIsSentAll() {
    try (RunningDesk desk = deskWithFile()) {
      String[] same = {"Range", "bytes=1-1", "If-Range", "\"" + ID + "\""};
      assertEquals("e", text(desk.content(ID, same)));
      String[] other = {"Range", "bytes=1-1", "If-Range", "\"" + idOf("other") + "\""};
      assertEquals("hello", text(desk.content(ID, other)));
    }
  }

  @Test
  void whatIsNotStoredIsNotSent() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      assertEquals(404, desk.content(ID).statusCode());

      desk.storage.shut();
      desk.storage.failing = true;
      desk.post("hello");
      HttpResponse<byte[]> early = desk.content(ID);
      assertEquals(409, early.statusCode());
      assertTrue(text(early).contains("WORKING"), text(early));

      desk.storage.open();
      desk.awaitState(ID, "FAILED");
      HttpResponse<byte[]> failed = desk.content(ID);
      assertEquals(409, failed.statusCode());
      assertTrue(text(failed).contains("FAILED"), text(failed));
    }
  }

  @Test
  void whatIsNoIdOpensNothing() throws IOException {
    try (RunningDesk desk = deskWithFile()) {
      for (String id :
          List.of(
              "abc",
              "a".repeat(65),
              ID + ".",
              ID + "%00",
              "..%2f..%2flock",
              "%2e%2e%2flock",
              "..%5clock",
              ".." + "%2fstored%2f" + ID,
              "../../lock")) {
        try (Socket socket = desk.connect()) {
          write(socket, "GET /files/" + id + "/content HTTP/1.1\r\nHost: x\r\n\r\n");
          assertTrue(List.of("400", "404").contains(status(socket)), id);
        }
      }
    }
  }

  @Test
  void aClientThatHangsUpHasNoPlaceAnyMore() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      String id = desk.storeLarge();
      AsyncOffloadManager manager = desk.context.getBean(AsyncOffloadManager.class);
      try (Socket download = desk.beginDownload(id)) {
        assertEquals("200", status(download));
        assertEquals(1, manager.activeCount());
      }
      RunningDesk.await(() -> manager.activeCount() == 0);
      assertEquals("hel", text(desk.content(id, "Range", "bytes=0-2")));
    }
  }

  @Test
  void aDownloadThatTakesTooLongIsNoWholeOne() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.send-time=50ms")) {
      String id = desk.storeLarge();
      AsyncOffloadManager manager = desk.context.getBean(AsyncOffloadManager.class);
      try (Socket download = desk.beginDownload(id)) {
        assertEquals("200", status(download));
        RunningDesk.await(() -> manager.activeCount() == 0);
        assertTrue(RunningDesk.rest(download).length < RunningDesk.LARGE);
      }
    }
  }

  @Test
  void aFileThatIsCutWhileItIsSentIsNoWholeOne() throws IOException {
    // A connection that could go on, and for long: what ends it is the file.
    try (RunningDesk desk = new RunningDesk(dir, "--server.tomcat.connection-timeout=10m")) {
      String id = desk.storeLarge();
      try (Socket download = desk.beginDownload(id, "")) {
        assertEquals("200", status(download));
        desk.cut(id, 3);
        String read = new String(RunningDesk.rest(download), StandardCharsets.ISO_8859_1);
        String file = read.substring(read.indexOf("\r\n\r\n") + 4);
        assertTrue(file.length() < RunningDesk.LARGE, "" + file.length());
        assertEquals("hello".repeat(file.length() / 5 + 1).substring(0, file.length()), file);
      }
      assertEquals(410, desk.content(id).statusCode());
    }
  }
}
