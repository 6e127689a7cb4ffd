package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.OffloadStats;
import dev.offload.ScopeSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * What one test works with. At its end all bodies are released, and every manager must come to
 * rest: whatever a test did, nothing stays.
 */
final class Bench implements AutoCloseable {
  private final Function<FaceSettings, Face> factory;
  private final List<Face> faces = new ArrayList<>();
  private final List<ScopeFace> scopes = new ArrayList<>();
  private final List<Body<?>> bodies = new ArrayList<>();
  private final List<ManualExecutor> executors = new ArrayList<>();
  private final List<ExecutorService> pools = new ArrayList<>();

  Bench(Function<FaceSettings, Face> factory) {
    this.factory = factory;
  }

  Face open() {
    return open(FaceSettings.defaults());
  }

  Face open(FaceSettings settings) {
    Face face = factory.apply(settings);
    faces.add(face);
    return face;
  }

  ScopeFace scope(ScopeFace parent, String name) {
    return scope(parent, name, ScopeOptions.unset());
  }

  ScopeFace scope(ScopeFace parent, String name, ScopeOptions options) {
    ScopeFace scope = parent.openScope(name, options);
    scopes.add(scope);
    return scope;
  }

  ManualExecutor manualExecutor() {
    ManualExecutor executor = new ManualExecutor();
    executors.add(executor);
    return executor;
  }

  /** A pool that takes its tasks in the order in which they were handed over. */
  ExecutorService pool(int threads) {
    ExecutorService pool = Executors.newFixedThreadPool(threads, Bounded::newThread);
    pools.add(pool);
    return pool;
  }

  /** Returns when the pool of this manager has begun with everything handed over before. */
  void passThroughPool(Face face) {
    Outcome.of(face.submit(Work.STORE.auto(), Body.of(() -> 0))).assertValue(0);
  }

  <T> Body<T> held(Callable<T> action) {
    return released(Body.held(action));
  }

  <T> Body<T> stubborn(Callable<T> action) {
    return released(Body.stubborn(action));
  }

  /** Released by the test, or at its end. */
  <W, T> Body<T> waiting(Callable<Wait<W>> begin, Function<Outcome<W>, T> then) {
    return released(Body.waiting(begin, then));
  }

  <W, T> Body<T> stubbornlyWaiting(Callable<Wait<W>> begin, Function<Outcome<W>, T> then) {
    return released(Body.stubbornlyWaiting(begin, then));
  }

  private <T> Body<T> released(Body<T> body) {
    bodies.add(body);
    return body;
  }

  @Override
  public void close() {
    bodies.forEach(Body::release);
    executors.forEach(ManualExecutor::letGo);
    scopes.forEach(ScopeFace::complete);
    for (Face face : faces) {
      Bounded.run("the manager comes to rest", face::close);
      assertAtRest(face);
    }
    pools.forEach(ExecutorService::shutdown);
  }

  static void assertAtRest(ScopeFace face) {
    ScopeSnapshot snapshot = face.snapshot();
    assertEquals(List.of(), snapshot.jobs(), "no job stays");
    assertEquals(List.of(), snapshot.children(), "no scope stays");
    assertEquals(0, face.activeCount(), "no job is counted as active");
    assertEquals(0, snapshot.total().active(), "no job is missing from the accounts");
    OffloadStats sum =
        snapshot.byKind().values().stream().reduce(OffloadStats.ZERO, OffloadStats::plus);
    assertEquals(sum, snapshot.total(), "the total is the sum of the kinds");
  }
}
