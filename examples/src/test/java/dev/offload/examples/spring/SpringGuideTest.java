package dev.offload.examples.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadCancelledException;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.OffloadFuture;
import dev.offload.async.SubmitOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What docs/spring.md shows compiles, runs and does what it says. */
class SpringGuideTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newHttpClient();
  private ConfigurableApplicationContext context;
  private AsyncOffloadManager offload;
  private GatedApi api;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({OffloadConfiguration.class, UserController.class, Recipes.class})
  static class Shop {
    @Bean
    GatedApi api() {
      return new GatedApi();
    }
  }

  private void start(String... properties) {
    SpringApplication application = new SpringApplication(Shop.class);
    application.setRegisterShutdownHook(false);
    context =
        application.run(
            Stream.concat(Stream.of("--server.port=0"), Stream.of(properties))
                .toArray(String[]::new));
    offload = context.getBean(AsyncOffloadManager.class);
    api = context.getBean(GatedApi.class);
  }

  @AfterEach
  void stop() {
    if (context != null) {
      api.open();
      context.close();
    }
  }

  private CompletableFuture<HttpResponse<String>> get(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .timeout(LIMIT)
            .build();
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  private static <T> T result(CompletableFuture<T> future) throws Exception {
    return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("this has not happened in " + LIMIT);
      }
      Thread.onSpinWait();
    }
  }

  private long waiting(int id) {
    return offload.find(UserController.LOAD_USER.key(id)).map(JobSnapshot::leases).orElse(0L);
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }

  @Test
  @DisplayName("the code in docs/spring.md is the code that is tested here")
  void sameCode() throws IOException {
    StringBuilder tested = new StringBuilder();
    for (String source :
        List.of("OffloadConfiguration", "OffloadEnd", "UserController", "Recipes")) {
      Path file = Path.of("src/test/java/dev/offload/examples/spring", source + ".java");
      tested.append(unindented(Files.readString(file))).append('\n');
    }
    Matcher blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/spring.md")));
    List<String> shown = new ArrayList<>();
    while (blocks.find()) {
      shown.add(unindented(blocks.group(1)));
    }

    assertTrue(shown.size() >= 8, () -> "only " + shown.size() + " snippets");
    shown.forEach(part -> assertTrue(tested.indexOf(part) >= 0, () -> "not tested: " + part));
  }

  @Test
  @DisplayName("requests for one user share a load, each with an answer of its own")
  void shared() throws Exception {
    start();
    CompletableFuture<HttpResponse<String>> first = get("/users/7");
    CompletableFuture<HttpResponse<String>> second = get("/users/7");
    await(() -> waiting(7) == 2);
    api.open();

    assertEquals("{\"id\":7}", result(first).body());
    assertEquals("{\"id\":7}", result(second).body());
    assertEquals(1, api.asked.get());
    // What a body throws, Spring is given as it is.
    assertEquals(404, result(get("/users/-1")).statusCode());
  }

  @Test
  @DisplayName("a page is put together from shared loads, or in a scope")
  void pages() throws Exception {
    start();
    api.open();
    String page = "{\"user\":{\"id\":7},\"history\":\"history of 7\"}";

    assertEquals(page, result(get("/pages/7")).body());
    assertEquals(page, result(get("/pages/7/whole")).body());
    assertEquals(List.of(), offload.snapshot().children());
  }

  @Test
  @DisplayName("a future of a scope, returned from inside it: the end of the scope has waited")
  void blocksAllTheSame() throws Exception {
    start();
    UserController controller = context.getBean(UserController.class);
    AtomicReference<OffloadFuture<String>> answer = new AtomicReference<>();
    CompletableFuture<Void> request =
        CompletableFuture.runAsync(() -> answer.set(controller.blocksAllTheSame(7)));
    await(() -> api.asked.get() == 1);
    assertFalse(request.isDone());
    api.open();

    assertNull(result(request));
    assertTrue(answer.get().isDone());
    assertEquals("history of 7", answer.get().join());
  }

  @Test
  @DisplayName(
      "a shared future, returned from inside the scope: the end of the scope has given it up")
  void givesUpAtOnce() throws Exception {
    start();
    OffloadFuture<User> other = context.getBean(UserController.class).user(7);
    OffloadFuture<User> answer = context.getBean(UserController.class).givesUpAtOnce(7);

    assertTrue(answer.isDone());
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> result(answer));
    OffloadCancelledException cause =
        assertInstanceOf(OffloadCancelledException.class, thrown.getCause());
    assertEquals(CancelReason.SCOPE_CLOSED, cause.reason());
    api.open();
    assertEquals(new User(7), result(other));

    api.shut();
    OffloadFuture<User> alone = context.getBean(UserController.class).givesUpAtOnce(8);
    assertThrows(ExecutionException.class, () -> result(alone));
    result(offload.joinAll()); // the load was cancelled, as nobody else wanted it
  }

  @Test
  @DisplayName(
      "out of time, a DeferredResult gives up its own share; a future that was returned does not")
  void outOfTime() throws Exception {
    start("--shop.patience=1ms", "--spring.mvc.async.request-timeout=1ms");
    OffloadFuture<User> other = context.getBean(UserController.class).user(7);
    assertEquals(503, result(get("/users/7/soon")).statusCode());
    await(() -> waiting(7) == 1);

    assertEquals(503, result(get("/users/7")).statusCode());
    assertEquals(2, waiting(7));
    api.open();
    assertEquals(new User(7), result(other));
  }

  @Test
  @DisplayName("in time, a DeferredResult answers, also with a failure")
  void inTime() throws Exception {
    start("--shop.patience=60s");
    api.open();

    assertEquals("{\"id\":7}", result(get("/users/7/soon")).body());
    assertEquals(404, result(get("/users/-1/soon")).statusCode());
  }

  @Test
  @DisplayName("the end waits for what is running, and what bodies use is destroyed after it")
  void end() throws Exception {
    start();
    OffloadFuture<User> running = context.getBean(UserController.class).user(7);
    await(() -> api.asked.get() == 1);
    SubmitOptions reject = SubmitOptions.unset().withConflict(ConflictPolicy.REJECT);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close);
    await(
        () ->
            offload.trySubmit(running.key(), reject, () -> new User(0))
                    instanceof Submission.Rejected<OffloadFuture<User>> rejected
                && rejected.reason() == RejectReason.SCOPE_CLOSED);
    assertFalse(api.destroyed);
    api.open();

    result(closing);
    assertTrue(api.destroyed);
    assertEquals(new User(7), running.join()); // it would have failed if the API had gone first
  }

  @Test
  @DisplayName("a load is tried again inside the body, so that all callers share the attempts")
  void retried() throws Exception {
    start();
    Recipes recipes = context.getBean(Recipes.class);
    api.failures.set(2);
    OffloadFuture<User> first = recipes.retried(7, Duration.ZERO);
    OffloadFuture<User> second = recipes.retried(7, Duration.ZERO);
    api.open();
    assertEquals(new User(7), result(first));
    assertEquals(new User(7), result(second));
    assertEquals(3, api.asked.get());

    api.failures.set(3);
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> result(recipes.retried(7, Duration.ZERO)));
    assertInstanceOf(IOException.class, thrown.getCause());
    assertEquals(6, api.asked.get());
  }

  @Test
  @DisplayName("who leaves last ends the attempts, also in a pause between them")
  void leaves() throws Exception {
    start();
    api.open();
    api.failures.set(1);
    OffloadFuture<User> only = context.getBean(Recipes.class).retried(7, Duration.ofDays(1));
    await(() -> api.failures.get() == 0);
    assertTrue(only.cancel());

    result(offload.joinAll());
    assertEquals(1, api.asked.get());
  }

  @Test
  @DisplayName("what is cached is not loaded; what is not is loaded once")
  void cached() throws Exception {
    start();
    Recipes recipes = context.getBean(Recipes.class);
    CompletableFuture<User> first = recipes.cached(7);
    CompletableFuture<User> second = recipes.cached(7);
    api.open();
    assertEquals(new User(7), result(first));
    assertEquals(new User(7), result(second));
    assertEquals(new User(7), result(recipes.cached(7)));
    assertEquals(1, api.asked.get());

    api.failures.set(1);
    assertThrows(ExecutionException.class, () -> result(recipes.cached(8)));
    assertEquals(new User(8), result(recipes.cached(8)));
  }
}
