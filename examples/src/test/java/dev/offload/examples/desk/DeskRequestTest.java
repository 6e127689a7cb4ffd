package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static dev.offload.examples.desk.RunningDesk.status;
import static dev.offload.examples.desk.RunningDesk.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ScopeSnapshot;
import dev.offload.async.AsyncOffloadManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked for wrongly, or breaks off, leaves nothing behind. */
class DeskRequestTest {
  @TempDir Path dir;

  @Test
  void aFileThatIsTooLargeLeavesNothing() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.max-size=100B")) {
      String large = "x".repeat(101);
      HttpResponse<String> announced = desk.post(large);
      assertEquals(413, announced.statusCode());
      assertTrue(announced.body().contains("larger than 100 bytes"), announced.body());

      // Nobody waits for the bytes of what says itself that it is too large.
      try (Socket unsent = desk.beginUpload(101, "")) {
        assertEquals("413", status(unsent));
      }

      byte[] bytes = large.getBytes(StandardCharsets.UTF_8);
      int chunked =
          desk.send(
                  "POST",
                  "/files",
                  BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
              .join()
              .statusCode();
      assertEquals(413, chunked);
      assertEquals(List.of(), desk.incoming());

      String largest = "x".repeat(100);
      assertEquals(202, desk.post(largest).statusCode());
      desk.awaitState(idOf(largest), "SUCCEEDED");
      assertEquals(List.of(idOf(largest)), desk.stored());
    }
  }

  @Test
  void whatIsNoIdOrNoStateIsRefused() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      for (String id :
          List.of(
              "abc",
              "g".repeat(64),
              "a".repeat(65),
              "%2e%2e",
              "..;x",
              "..%2f..%2fetc%2fpasswd",
              "..%5cx",
              "%00",
              "../../etc/passwd")) {
        for (String method : List.of("GET", "DELETE")) {
          try (Socket socket = desk.connect()) {
            write(socket, method + " /files/" + id + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("400", status(socket), method + " " + id);
          }
        }
      }
      for (String query : List.of("?state=LOST", "?state=NOT_FOUND", "?state=", "")) {
        assertEquals(400, desk.get("/files" + query).statusCode(), query);
      }
      assertTrue(desk.get("/files/abc").body().contains("64 hexadecimal digits"));
      assertTrue(
          desk.get("/files?state=LOST").body().contains("must be WORKING, SUCCEEDED or FAILED"));
    }
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir)) {
      Socket gone = desk.beginUpload(10, "01234");
      RunningDesk.await(() -> desk.incoming().size() == 1);
      gone.close();
      RunningDesk.await(() -> desk.incoming().isEmpty());

      try (Socket socket = desk.connect()) {
        write(
            socket,
            "POST /files HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
        RunningDesk.await(() -> desk.incoming().size() == 1);
        socket.setSoLinger(true, 0); // a reset, for a change
      }
      RunningDesk.await(() -> desk.incoming().isEmpty());

      assertEquals(List.of(), desk.stored());
      assertEquals(0, desk.storage.stores.get());
    }
  }

  @Test
  void anUploadHasAScopeUntilItIsAnswered() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir);
        Socket upload = desk.beginUpload(5, "hel")) {
      AsyncOffloadManager manager = desk.context.getBean(AsyncOffloadManager.class);
      RunningDesk.await(() -> manager.activeCount() == 1);
      ScopeSnapshot request = manager.snapshot().children().get(0);
      assertEquals("POST /files", request.name());
      assertEquals(1, request.total().active());

      desk.storage.shut();
      write(upload, "lo");
      assertEquals("202", status(upload));

      // What goes on belongs to the manager.
      RunningDesk.await(() -> manager.snapshot().children().isEmpty());
      assertEquals(1, manager.snapshot().total().active());
    }
  }

  @Test
  void moreUploadsThanAllowedAreToldToComeAgain() throws IOException {
    try (RunningDesk desk =
            new RunningDesk(dir, "--desk.receive-at-once=1", "--desk.receive-waiting=0");
        Socket first = desk.beginUpload(5, "hel")) {
      AsyncOffloadManager manager = desk.context.getBean(AsyncOffloadManager.class);
      RunningDesk.await(() -> manager.activeCount() == 1);

      HttpResponse<String> refused = desk.post("other");
      assertEquals(503, refused.statusCode());
      assertEquals("1", refused.headers().firstValue("Retry-After").orElseThrow());
      assertEquals(1, desk.incoming().size());

      write(first, "lo");
      assertEquals("202", status(first));
      desk.awaitState(idOf("hello"), "SUCCEEDED");
    }
  }

  @Test
  void anUploadThatTakesTooLongIsCutOff() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.receive-time=50ms");
        Socket slow = desk.beginUpload(100_000, "x")) {
      slow.setSoTimeout(20);
      String status = null;
      for (int tries = 0; status == null && tries < 3_000; tries++) {
        try {
          status = status(slow);
        } catch (SocketTimeoutException e) {
          write(slow, "x"); // slowly, but it goes on
        }
      }
      assertEquals("408", status);
      assertEquals(List.of(), desk.incoming());
    }
  }
}
