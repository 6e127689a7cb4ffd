package dev.offload.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.offload.JobState;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.AsyncWaitMap;
import dev.offload.async.OffloadFuture;
import dev.offload.async.SubmitOptions;
import dev.offload.async.TaskWatch;
import dev.offload.guide.JavaGuide.Page;
import dev.offload.guide.JavaGuide.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What docs/java.md shows compiles, runs and does what it says. */
class JavaGuideTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final Users api = new Users();

  @AfterEach
  void close() {
    assertTrue(manager.shutdown(Duration.ZERO, BOUND).isClean());
  }

  /** Each load waits for a permit. */
  private static final class Users implements JavaGuide.Api {
    final Semaphore permits = new Semaphore(1_000);
    final CountDownLatch audited = new CountDownLatch(1);
    final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public User user(int id) throws InterruptedException {
      try {
        permits.acquire();
      } catch (InterruptedException e) {
        stopped.countDown();
        throw e;
      }
      if (id < 0) {
        throw new IllegalArgumentException("no such user");
      }
      return new User(id);
    }

    @Override
    public String history(int id) throws InterruptedException {
      permits.acquire();
      return "history of " + id;
    }

    @Override
    public void audit(int id) {
      audited.countDown();
    }
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }

  @Test
  @DisplayName("the code in docs/java.md is the code that is tested here")
  void sameCode() throws IOException {
    String tested =
        unindented(Files.readString(Path.of("src/test/java/dev/offload/guide/JavaGuide.java")));
    Matcher blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/java.md")));
    List<String> shown = new ArrayList<>();
    while (blocks.find()) {
      for (String part : blocks.group(1).split("\n\n(?=static )", -1)) {
        shown.add(unindented(part));
      }
    }

    assertTrue(shown.size() >= 12, () -> "only " + shown.size() + " snippets");
    shown.forEach(part -> assertTrue(tested.contains(part), () -> "not tested: " + part));
  }

  @Test
  @DisplayName("a job gives its value, and so does a call")
  void first() throws InterruptedException {
    assertEquals(new User(7), JavaGuide.first(manager, api, 7));
    assertEquals(new User(7), JavaGuide.call(manager, api, 7));
  }

  @Test
  @DisplayName("a page is a scope, and what it spawned outlives it")
  void page() throws InterruptedException {
    assertEquals(new Page(new User(7), "history of 7"), JavaGuide.page(manager, api, 7));
    assertEquals(new Page(new User(7), "no history"), JavaGuide.pageByHand(manager, api, 7));
    assertTrue(api.audited.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertEquals(List.of(), manager.snapshot().children());
  }

  @Test
  @DisplayName("work without a value, and where code runs")
  void audited() throws InterruptedException {
    assertNull(JavaGuide.audited(manager, api, 7).join());
    assertTrue(api.audited.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertEquals("in no job", JavaGuide.whereAmI());
    assertEquals(
        "in job Keyed(history.load) in manager",
        manager.submit(JavaGuide.LOAD_HISTORY.key(7), JavaGuide::whereAmI).join());
  }

  @Test
  @DisplayName("a request that waits for no thread: its scope is open until there is an answer")
  void pageLater() throws Exception {
    api.permits.drainPermits();
    CompletableFuture<Page> page = JavaGuide.pageLater(manager, api, 7);
    assertEquals(1, manager.snapshot().children().size());
    assertFalse(page.isDone());
    api.permits.release(2);
    assertEquals(
        new Page(new User(7), "history of 7"), page.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertTimeoutPreemptively(BOUND, () -> awaitNoScope());

    api.permits.release(2);
    CompletableFuture<Page> failed = JavaGuide.pageLater(manager, api, -1);
    CompletionException thrown = assertThrows(CompletionException.class, failed::join);
    assertEquals("no such user", thrown.getCause().getMessage());
    assertTimeoutPreemptively(BOUND, () -> awaitNoScope());
  }

  private void awaitNoScope() {
    while (!manager.snapshot().children().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("as many loads as there is room for at a time")
  void loadAll() throws InterruptedException {
    List<Integer> ids = IntStream.range(0, 300).boxed().toList(); // more than run and wait
    try (AsyncOffloadManager configured = JavaGuide.configured()) {
      List<OffloadFuture<String>> loads = JavaGuide.loadAll(configured, api, ids);
      assertEquals("history of 299", loads.get(299).join());
      assertEquals(0, configured.snapshot().total().rejected());
    }
  }

  @Test
  @DisplayName("a scope that fails fast gives all, or the first failure")
  void allOrNothing() {
    assertEquals(new Page(new User(7), "history of 7"), JavaGuide.allOrNothing(manager, api, 7));
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> JavaGuide.allOrNothing(manager, api, -1));
    assertEquals("no such user", thrown.getCause().getMessage());
  }

  @Test
  @DisplayName("a request that is asynchronous itself")
  void fetch() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] page = "a page".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    server.start();
    try {
      URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
      HttpClient client = HttpClient.newHttpClient();
      assertEquals("a page", JavaGuide.fetch(manager, client, uri).join().body());
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisplayName("what a future tells")
  void tell() {
    assertEquals(
        "found User[id=7]",
        JavaGuide.tell(manager.submit(JavaGuide.LOAD_USER.key(7), () -> api.user(7))));
    assertTrue(
        JavaGuide.tell(manager.submit(JavaGuide.LOAD_USER.key(-1), () -> api.user(-1)))
            .startsWith("the load failed"));
    api.permits.drainPermits();
    SubmitOptions brief =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(5)));
    assertEquals(
        "the job ran into its own limit",
        JavaGuide.tell(manager.submit(JavaGuide.LOAD_USER.key(7), brief, () -> api.user(7))));
    var cancelled = manager.submit(JavaGuide.LOAD_USER.key(8), () -> api.user(8));
    assertTrue(manager.cancel(JavaGuide.LOAD_USER.key(8)));
    assertEquals("someone cancelled the job", JavaGuide.tell(cancelled));
  }

  @Test
  @DisplayName("a body that is cancelled stops waiting, and cleans up when the other one has ended")
  void publish() throws Exception {
    CompletableFuture<String> uploaded = new CompletableFuture<>();
    OffloadFuture<String> upload =
        manager.submitStage(JavaGuide.LOAD_HISTORY.key(1), () -> uploaded);
    CompletableFuture<String> removed = new CompletableFuture<>();
    OffloadFuture<String> publish = JavaGuide.publish(manager, upload, removed::complete);
    while (publish.jobState() == JobState.QUEUED) {
      Thread.onSpinWait();
    }
    assertTrue(publish.cancel());
    assertTimeoutPreemptively(BOUND, () -> awaitCopy(upload));
    assertFalse(upload.isDone());
    uploaded.complete("a file");
    assertEquals("a file", removed.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertEquals("published a file", JavaGuide.publish(manager, upload, file -> {}).join());
  }

  private static void awaitCopy(OffloadFuture<?> future) {
    while (future.getNumberOfDependents() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("a manager with settings, and a refresh that replaces")
  void settings() {
    try (AsyncOffloadManager configured = JavaGuide.configured()) {
      assertEquals("shop", configured.name());
      assertEquals("history of 7", JavaGuide.refreshed(configured, api, 7));
    }
    AsyncOffloadManager closed = AsyncOffloadManager.create();
    closed.close();
    assertEquals("not now: SCOPE_CLOSED", JavaGuide.refreshed(closed, api, 7));
  }

  @Test
  @DisplayName("who writes reads what he wrote, although a load is under way")
  void renamed() throws Exception {
    api.permits.drainPermits();
    CountDownLatch started = new CountDownLatch(1);
    var before =
        manager.share(
            JavaGuide.LOAD_USER.key(7),
            () -> {
              started.countDown();
              return api.user(7);
            });
    assertTrue(started.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<User> read =
        CompletableFuture.supplyAsync(() -> JavaGuide.renamed(manager, api, 7, written::countDown));
    assertTimeoutPreemptively(
        BOUND,
        () -> {
          while (manager.activeCount() < 2) {
            Thread.onSpinWait();
          }
        });
    assertEquals(0, written.getCount());

    api.permits.release(2);
    assertEquals(new User(7), before.join());
    assertEquals(new User(7), read.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertEquals(0, api.permits.availablePermits(), "each load took one");
  }

  @Test
  @DisplayName("a job is found and cancelled by its key")
  void stop() throws InterruptedException {
    assertFalse(JavaGuide.stop(manager, 7));
    api.permits.drainPermits();
    CountDownLatch started = new CountDownLatch(1);
    var job =
        manager.share(
            JavaGuide.LOAD_USER.key(7),
            () -> {
              started.countDown();
              return api.user(7);
            });
    assertTrue(started.await(BOUND.toSeconds(), TimeUnit.SECONDS));

    assertTrue(JavaGuide.stop(manager, 7));
    assertTrue(api.stopped.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertTrue(job.isCompletedExceptionally());
  }

  @Test
  @DisplayName("an invoice is sent once, and can be taken back")
  void recorder() throws InterruptedException {
    List<Integer> sent = new ArrayList<>();
    CountDownLatch told = new CountDownLatch(3);
    AsyncTaskRecorder<Integer, Integer> invoices =
        JavaGuide.recorder(manager, event -> told.countDown());
    assertEquals(TaskState.SUCCEEDED, JavaGuide.invoiceOnce(invoices, sent::add, 7));
    assertEquals(TaskState.SUCCEEDED, JavaGuide.invoiceOnce(invoices, sent::add, 7));
    assertEquals(List.of(7), sent);
    assertTrue(JavaGuide.takeBack(invoices, sent::add, 7));
    assertFalse(JavaGuide.takeBack(invoices, sent::add, 7));

    assertEquals(List.of(7, -7), sent);
    assertTrue(told.await(BOUND.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("an invoice under way is joined, one that was sent is told again, all are counted")
  void invoice() throws InterruptedException {
    AsyncTaskRecorder<Integer, Integer> invoices = JavaGuide.keepingRecorder(manager);
    Queue<Integer> working = new ConcurrentLinkedQueue<>();
    CountDownLatch sent = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(3);
    TaskWatch watch =
        JavaGuide.countWorking(
            invoices,
            count -> {
              working.add(count);
              told.countDown();
            });
    try (watch) {
      Callable<Integer> send =
          () -> {
            sent.await();
            return 1;
          };
      OffloadFuture<Integer> first = JavaGuide.invoice(invoices, send, 7);
      OffloadFuture<Integer> second = JavaGuide.invoice(invoices, send, 7);
      assertTrue(second.joined());
      sent.countDown();
      assertEquals(1, first.join());
      assertEquals(1, second.join());
      assertEquals(1, JavaGuide.invoice(invoices, () -> 2, 7).join());
      assertTrue(told.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    }
    assertEquals(List.of(0, 1, 0), List.copyOf(working));
  }

  @Test
  @DisplayName("an answer from elsewhere is not missed")
  void answer() {
    try (AsyncWaitMap<Integer, String> answers = JavaGuide.answers()) {
      assertEquals("yes", JavaGuide.ask(answers, id -> JavaGuide.answered(answers, id, "yes"), 1));
      JavaGuide.answered(answers, 1, "once more");
      assertEquals(0, answers.size());
      IOException why = new IOException("no");
      Consumer<Integer> refuses = id -> JavaGuide.refused(answers, id, why);
      Consumer<Integer> breaks = id -> JavaGuide.disconnected(answers, why);
      for (Consumer<Integer> connection : List.of(refuses, breaks)) {
        assertSame(
            why,
            assertThrows(CompletionException.class, () -> JavaGuide.ask(answers, connection, 2))
                .getCause());
      }
      JavaGuide.refused(answers, 2, why);
      assertEquals(0, answers.size());
    }
  }

  @Test
  @DisplayName("a shutdown takes limited time")
  void end() {
    JavaGuide.end(manager);
    assertEquals(0, manager.activeCount());
  }
}
