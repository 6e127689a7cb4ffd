package dev.offload.examples.desk;

import static dev.offload.examples.desk.RunningDesk.idOf;
import static dev.offload.examples.desk.RunningDesk.status;
import static dev.offload.examples.desk.RunningDesk.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Clients that take their time take nobody else's. */
class DeskSlowClientTest {
  /** Longer than any test: nothing that stands still is cut off to make room. */
  private static final String PATIENT = "--desk.stall-time=10m";

  private static final String ID = idOf("hello");

  @TempDir Path dir;

  /** The clients of one test, who hang up before their desk is closed: it would wait for them. */
  private static final class Clients extends ArrayList<Socket> implements AutoCloseable {
    private static final long serialVersionUID = 1;

    List<Socket> answered() {
      return stream().filter(Clients::isAnswered).toList();
    }

    private static boolean isAnswered(Socket client) {
      try {
        return client.getInputStream().available() > 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitAnswered(int count) {
      RunningDesk.await(() -> answered().size() == count);
    }

    void hangUp() throws IOException {
      for (Socket client : this) {
        client.close();
      }
    }

    @Override
    public void close() throws IOException {
      hangUp();
    }
  }

  /** Asks for all that has nothing to do with clients who take their time. */
  private static void assertServesAllButUploads(RunningDesk desk) {
    assertTrue(desk.get("/files?state=SUCCEEDED").body().startsWith("{\"count\":1,"));
    assertEquals(200, desk.get("/files/" + ID).statusCode());
    assertEquals("hello", new String(desk.content(ID).body(), StandardCharsets.UTF_8));
    assertEquals(200, desk.head(ID).statusCode());
    assertEquals("{\"freedBytes\":5}", desk.delete(ID).join().body());
    assertEquals(404, desk.get("/files/" + ID).statusCode());
  }

  private RunningDesk deskWithFile(String... properties) {
    RunningDesk desk = new RunningDesk(dir, properties);
    assertEquals(202, desk.post("hello").statusCode());
    desk.awaitState(ID, "SUCCEEDED");
    return desk;
  }

  @Test
  void uploadsThatStandStillLeaveTheOtherRequestsTheirThreads() throws IOException {
    try (RunningDesk desk = deskWithFile(PATIENT);
        Clients clients = new Clients()) {
      for (int i = 0; i < 250; i++) {
        clients.add(desk.beginUpload(1_000, "slow"));
      }
      clients.awaitAnswered(250 - 64);
      assertServesAllButUploads(desk);

      for (Socket refused : clients.answered()) {
        String answer = new String(RunningDesk.rest(refused), StandardCharsets.ISO_8859_1);
        assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
        assertTrue(answer.contains("Retry-After: 1\r\n"), answer);
        assertTrue(answer.contains("Connection: close\r\n"), answer);
        refused.close();
      }
      clients.hangUp();
      RunningDesk.await(() -> desk.incoming().isEmpty());
      RunningDesk.await(() -> desk.post("hello").statusCode() == 202);
    }
  }

  @Test
  void theUploadsFollowTheServersThreads() throws IOException {
    try (RunningDesk desk = deskWithFile(PATIENT, "--server.tomcat.threads.max=6");
        Clients clients = new Clients()) {
      for (int i = 0; i < 40; i++) {
        clients.add(desk.beginUpload(1_000, "slow"));
      }
      clients.awaitAnswered(38);
      assertServesAllButUploads(desk);
    }
  }

  @Test
  void aBodyThatNobodyReadsIsNotWaitedFor() throws IOException {
    try (RunningDesk desk =
            deskWithFile(PATIENT, "--server.tomcat.threads.max=6", "--desk.max-size=100B");
        Clients clients = new Clients()) {
      for (int i = 0; i < 5; i++) {
        for (String request :
            List.of(
                "GET /files?state=WORKING",
                "GET /files/" + ID,
                "GET /files/abc",
                "DELETE /files/" + idOf("other"),
                "PUT /files",
                "POST /elsewhere",
                "POST /files")) {
          String head = request + " HTTP/1.1\r\nHost: x\r\n";
          clients.add(desk.send(head + "Content-Length: 1000\r\n\r\nx"));
          if (!request.equals("POST /files")) { // which is an upload, if it tells no length
            clients.add(desk.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nx"));
          }
        }
      }
      clients.awaitAnswered(clients.size());
      assertServesAllButUploads(desk);
    }
  }

  @Test
  void anUploadThatStandsStillIsCutOff() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--desk.stall-time=50ms");
        Socket upload = desk.beginUpload(1_000, "slow")) {
      String answer = new String(RunningDesk.rest(upload), StandardCharsets.ISO_8859_1);
      assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
      assertEquals(List.of(), desk.incoming());
    }
  }

  @Test
  void downloadsThatNobodyReadsLeaveTheOtherRequestsTheirThreads() throws IOException {
    try (RunningDesk desk = new RunningDesk(dir, "--server.tomcat.threads.max=9");
        Clients clients = new Clients()) {
      String id = desk.storeLarge();
      for (int i = 0; i < 30; i++) {
        clients.add(desk.beginDownload(id));
      }
      clients.awaitAnswered(30);
      List<String> codes = new ArrayList<>();
      for (Socket client : clients) {
        codes.add(status(client));
      }
      assertEquals(3, codes.stream().filter("200"::equals).count());
      assertEquals(27, codes.stream().filter("503"::equals).count());

      assertEquals(202, desk.post("hello").statusCode());
      desk.awaitState(ID, "SUCCEEDED");
      assertTrue(desk.get("/files?state=SUCCEEDED").body().startsWith("{\"count\":2,"));
      assertEquals(200, desk.delete(id).join().statusCode());

      clients.hangUp();
      RunningDesk.await(() -> desk.content(ID).statusCode() == 200);
    }
  }

  @Test
  void whoAsksBeforeHeSendsIsToldBeforeHeSends() throws IOException {
    try (RunningDesk desk =
            new RunningDesk(dir, PATIENT, "--desk.receive-at-once=1", "--desk.receive-waiting=0");
        Socket first = ask(desk)) {
      assertEquals("100", status(first));
      try (Socket second = ask(desk)) {
        assertEquals("503", status(second));
      }
      write(first, "hello");
      String answer = new String(RunningDesk.rest(first), StandardCharsets.ISO_8859_1);
      assertTrue(answer.contains("HTTP/1.1 202"), answer);
    }
  }

  private static Socket ask(RunningDesk desk) throws IOException {
    String head = "POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n";
    return desk.send(head + "Expect: 100-continue\r\nConnection: close\r\n\r\n");
  }

  @Test
  void noChoiceTakesAllThreads() {
    assertEquals(new ConcurrencyLimit(32, 32), settings(32, 32, 64, 200).receiving());
    assertEquals(new ConcurrencyLimit(32, 34), settings(32, 256, 64, 200).receiving());
    assertEquals(new ConcurrencyLimit(48, 18), settings(500, 500, 64, 200).receiving());
    assertEquals(new ConcurrencyLimit(3, 0), settings(32, 32, 64, 10).receiving());
    assertEquals(new ConcurrencyLimit(64, 0), settings(32, 32, 64, 200).sending());
    assertEquals(new ConcurrencyLimit(1, 0), settings(32, 32, 64, 3).sending());
    assertThrows(IllegalArgumentException.class, () -> settings(1, 1, 1, 2));
  }

  private DeskSettings settings(int atOnce, int waiting, int sending, int threads) {
    Duration time = Duration.ofSeconds(1);
    return new DeskSettings(
        dir, DataSize.ofBytes(1), time, atOnce, waiting, time, time, sending, time, threads);
  }
}
