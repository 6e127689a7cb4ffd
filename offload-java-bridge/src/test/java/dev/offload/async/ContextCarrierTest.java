package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import io.micrometer.context.ContextRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** J4: the context of the thread that submits, in the body. */
class ContextCarrierTest {
  private static final OffloadKind<Object, String> READ = OffloadKind.named("read");
  private static final OffloadKey.Keyed<String> KEY = READ.key("same");
  private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

  private final ExecutorService oneThread = Executors.newSingleThreadExecutor(Bounded::newThread);
  private final List<AsyncOffloadManager> managers = new ArrayList<>();

  /** The MDC of some providers is inherited by threads that are made later. */
  @BeforeEach
  void startThread() {
    assertNull(Bounded.get("the pool's thread", oneThread.submit(ContextCarrierTest::read)));
  }

  @AfterEach
  void close() {
    MDC.clear();
    TENANT.remove();
    managers.forEach(manager -> Bounded.run("close", manager::close));
    oneThread.shutdown();
  }

  private AsyncOffloadManager carrying(ContextCarrier carrier) {
    AsyncOffloadManager manager =
        AsyncOffloadManager.builder().executor(oneThread).contextCarrier(carrier).build();
    managers.add(manager);
    return manager;
  }

  private static String read() {
    return MDC.get("user");
  }

  private static String get(CompletableFuture<String> future) {
    return Bounded.get("the body", future);
  }

  @Test
  @DisplayName("J4: the MDC of the submitter is in the body, whatever the verb, and nowhere else")
  void mdc() {
    AsyncOffloadManager manager = carrying(ContextCarriers.slf4jMdc());
    MDC.put("user", "ann");
    assertEquals("ann", get(manager.submit(READ.auto(), ContextCarrierTest::read)));
    assertNull(Bounded.get("the pool's thread", oneThread.submit(ContextCarrierTest::read)));
    assertEquals("ann", get(manager.share(READ.key(1), ContextCarrierTest::read)));
    assertEquals(
        "ann",
        get(manager.submitStage(READ.auto(), () -> CompletableFuture.completedFuture(read()))));
    CompletableFuture<String> spawned = new CompletableFuture<>();
    manager.spawn("audit", () -> spawned.complete(read()));
    assertEquals("ann", get(spawned));
    try (AsyncOffloadScope scope = manager.openScope("request")) {
      assertEquals("ann", get(scope.submit(KEY, ContextCarrierTest::read)));
    }
    MDC.put("user", "bob");
    assertEquals("bob", get(manager.submit(KEY, ContextCarrierTest::read)));
    MDC.clear();
    assertNull(get(manager.submit(KEY, ContextCarrierTest::read)));

    assertNull(Bounded.get("the pool's thread", oneThread.submit(ContextCarrierTest::read)));
  }

  @Test
  @DisplayName("J4: without a carrier nothing is carried")
  void noCarrier() {
    AsyncOffloadManager manager = AsyncOffloadManager.builder().executor(oneThread).build();
    managers.add(manager);
    MDC.put("user", "ann");

    assertNull(get(manager.submit(KEY, ContextCarrierTest::read)));
  }

  @Test
  @DisplayName("C1: who joins brings no context along")
  void joiner() {
    AsyncOffloadManager manager = carrying(ContextCarriers.slf4jMdc());
    Body<String> body = Body.held(ContextCarrierTest::read);
    MDC.put("user", "ann");
    OffloadFuture<String> starter = manager.share(KEY, body::runBlocking);
    MDC.put("user", "bob");
    OffloadFuture<String> joiner = manager.share(KEY, body::runBlocking);
    OffloadFuture<String> queued = manager.submit(READ.auto(), ContextCarrierTest::read);
    MDC.put("user", "cat");
    body.release();

    assertEquals("ann", get(starter));
    assertEquals("ann", get(joiner));
    assertEquals("bob", get(queued), "what it was when it was submitted");
  }

  @Test
  @DisplayName("J4: what is registered with Micrometer's context propagation is carried")
  void contextPropagation() {
    ContextRegistry registry = ContextRegistry.getInstance();
    registry.registerThreadLocalAccessor("tenant", TENANT);
    try {
      AsyncOffloadManager manager =
          carrying(ContextCarriers.contextPropagation().and(ContextCarriers.slf4jMdc()));
      TENANT.set("acme");
      MDC.put("user", "ann");
      assertEquals("acme, ann", get(manager.submit(KEY, () -> TENANT.get() + ", " + read())));
      TENANT.remove();
      assertNull(get(manager.submit(KEY, TENANT::get)));

      assertNull(Bounded.get("the pool's thread", oneThread.submit(TENANT::get)));
    } finally {
      registry.removeThreadLocalAccessor("tenant");
    }
  }

  @Test
  @DisplayName("R3: a carrier that throws refuses the submission, or fails the job, and no more")
  void throwing() {
    IllegalStateException failure = new IllegalStateException("on purpose");
    AsyncOffloadManager atCapture =
        carrying(
            () -> {
              throw failure;
            });
    assertSame(
        failure, assertThrows(IllegalStateException.class, () -> atCapture.submit(KEY, () -> "x")));
    assertEquals(0, atCapture.snapshot().total().submitted());
    AsyncOffloadManager atInstall =
        carrying(
            () ->
                () -> {
                  throw failure;
                });
    assertSame(
        failure, Outcome.of(atInstall.submit(KEY, () -> "x").handle(Outcome::new)).failure());
    AsyncOffloadManager atClose =
        carrying(
            () ->
                () ->
                    () -> {
                      throw failure;
                    });
    assertEquals("x", get(atClose.submit(KEY, () -> "x")));
  }

  @Test
  @DisplayName("J4: of two carriers, the second is installed inside the first")
  void order() {
    List<String> order = new ArrayList<>();
    AsyncOffloadManager manager = carrying(noting(order, "a").and(noting(order, "b")));
    assertEquals("x", get(manager.submit(KEY, () -> "x")));
    assertEquals(List.of("capture a", "capture b", "+a", "+b", "-b", "-a"), order);
    order.clear();
    ContextCarrier broken =
        () ->
            () -> {
              throw new IllegalStateException("on purpose");
            };
    AsyncOffloadManager second = carrying(noting(order, "a").and(broken));
    Outcome.of(second.submit(KEY, () -> "x").handle(Outcome::new))
        .assertFailure(IllegalStateException.class);

    assertEquals(List.of("capture a", "+a", "-a"), order, "what was installed is taken away");
    assertThrows(IllegalArgumentException.class, () -> broken.and(null));
    assertThrows(
        IllegalArgumentException.class, () -> AsyncOffloadManager.builder().contextCarrier(null));
    assertEquals(1, manager.submit(LOAD.auto(), () -> 1).join());
  }

  private static ContextCarrier noting(List<String> order, String name) {
    return () -> {
      order.add("capture " + name);
      return () -> {
        order.add("+" + name);
        return () -> order.add("-" + name);
      };
    };
  }
}
