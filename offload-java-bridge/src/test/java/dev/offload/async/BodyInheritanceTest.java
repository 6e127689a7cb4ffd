package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Bounded;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** J2: what a body finds on its thread. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BodyInheritanceTest {
  private static final OffloadKind<Object, String> OUTER = OffloadKind.named("outer");
  private static final OffloadKind<Object, String> LIMITED = OffloadKind.named("limited");
  private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

  private final List<AsyncOffloadManager> managers = new ArrayList<>();
  private final List<BodyThreads> pools = new ArrayList<>();

  /** On which threads. */
  enum Threads {
    AS_THE_JVM_HAS_THEM,
    POOL
  }

  @AfterEach
  void end() {
    USER.remove();
    managers.forEach(manager -> Bounded.run("the manager ends", manager::close));
    pools.forEach(pool -> pool.shutdown().run());
  }

  private AsyncOffloadManager manager(Threads threads) {
    OffloadConfig config =
        OffloadConfig.builder()
            .kind(LIMITED, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .build();
    AsyncOffloadManager.Builder builder = AsyncOffloadManager.builder().config(config);
    if (threads == Threads.POOL) {
      BodyThreads pool = BodyThreads.pool(1, Duration.ofMillis(20));
      pools.add(pool);
      builder.executor(pool.executor());
    }
    AsyncOffloadManager manager = builder.build();
    managers.add(manager);
    return manager;
  }

  /** With the user of a request in the thread, as some security libraries have it. */
  private static <T> T as(String user, Callable<T> action) throws Exception {
    USER.set(user);
    try {
      return action.call();
    } finally {
      USER.remove();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J2: no inheritable thread local of who submits reaches a body")
  void notOfWhoSubmits(Threads threads) throws Exception {
    AsyncOffloadManager manager = manager(threads);
    OffloadFuture<String> job = as("alice", () -> manager.submit(OUTER.auto(), USER::get));
    assertNull(Bounded.get("the user in the body", job));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J2: no inheritable thread local of the body that started another one reaches that")
  void notOfWhoSubmitsInABody(Threads threads) {
    AsyncOffloadManager manager = manager(threads);
    // The outer body waits: a pool makes a thread for the inner one, on the thread of the outer.
    OffloadFuture<String> job =
        manager.submit(
            OUTER.auto(),
            () -> as("alice", () -> "" + manager.submit(OUTER.auto(), USER::get).join()));
    assertEquals("null", Bounded.get("the user in the inner body", job));
  }

  @ParameterizedTest
  @EnumSource(names = "AS_THE_JVM_HAS_THEM")
  @DisplayName(
      "J2: no inheritable thread local of a body that ends reaches the one that was queued")
  void notOfWhoEnds(Threads threads) {
    AsyncOffloadManager manager = manager(threads);
    Block block = new Block();
    OffloadFuture<String> first =
        manager.submit(
            LIMITED.auto(),
            () ->
                as(
                    "alice",
                    () -> {
                      block.hold();
                      return "";
                    }));
    block.awaitArrival();
    OffloadFuture<String> next = manager.submit(LIMITED.auto(), USER::get);
    block.release();
    Bounded.get("the first", first);
    assertNull(Bounded.get("the user in the next body", next));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J2: a body has the class loader of who made the manager, whoever submits it")
  void classLoader(Threads threads) throws Exception {
    Thread caller = Thread.currentThread();
    ClassLoader own = caller.getContextClassLoader();
    AsyncOffloadManager manager = manager(threads);
    try (URLClassLoader other = new URLClassLoader(new URL[0])) {
      OffloadKind<Object, ClassLoader> loader = OffloadKind.named("loader");
      caller.setContextClassLoader(other);
      OffloadFuture<ClassLoader> first;
      try {
        first = manager.submit(loader.auto(), () -> changed(other));
      } finally {
        caller.setContextClassLoader(own);
      }
      assertSame(own, Bounded.get("of the first body", first));
      OffloadFuture<ClassLoader> second = manager.submit(loader.auto(), () -> changed(other));
      assertSame(own, Bounded.get("of a body after one that changed it", second));
    }
  }

  private static ClassLoader changed(ClassLoader other) {
    ClassLoader found = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(other);
    return found;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("J2: stages of callers find neither thread locals nor the class loader of others")
  void stages(boolean failing) throws Exception {
    ClassLoader own = Thread.currentThread().getContextClassLoader();
    AsyncOffloadManager manager = manager(Threads.AS_THE_JVM_HAS_THEM);
    OffloadFuture<String> job =
        manager.submit(
            OUTER.auto(),
            () ->
                as(
                    "alice",
                    () -> {
                      if (failing) {
                        throw new IllegalStateException("on purpose");
                      }
                      return "";
                    }));
    CompletableFuture<String> user = new CompletableFuture<>();
    CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
    CompletableFuture<String> unused =
        job.whenComplete(
            (value, error) -> {
              user.complete("" + USER.get());
              loader.complete(Thread.currentThread().getContextClassLoader());
            });
    assertEquals("null", Bounded.get("the user in a stage", user));
    assertSame(own, Bounded.get("the class loader in a stage", loader));
  }

  @Test
  @DisplayName("J2: bodies run on virtual threads where the JVM has them")
  void virtual() {
    OffloadFuture<String> type =
        manager(Threads.AS_THE_JVM_HAS_THEM)
            .submit(OUTER.auto(), () -> Thread.currentThread().getClass().getName());
    boolean hasThem = Runtime.version().feature() >= 21;
    assertEquals(hasThem, Bounded.get("its class", type).equals("java.lang.VirtualThread"));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J2: the thread of a body has a name")
  void named(Threads threads) {
    OffloadFuture<String> name =
        manager(threads).submit(OUTER.auto(), () -> Thread.currentThread().getName());
    assertTrue(Bounded.get("the name", name).matches("offload-body-\\d+"));
  }
}
