package dev.offload.async;

import dev.offload.coroutines.OffloadDeferred;
import dev.offload.coroutines.OffloadManager;
import dev.offload.coroutines.OffloadScope;
import dev.offload.coroutines.OffloadScopes;
import dev.offload.coroutines.TaskRecorder;
import dev.offload.coroutines.WaitMap;
import dev.offload.coroutines.internal.face.Faces;
import dev.offload.coroutines.internal.job.ScopeCore;
import java.util.Objects;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.Dispatchers;
import org.jspecify.annotations.Nullable;

/**
 * Converts between the Java and the Kotlin API, for applications in both languages. Both then work
 * on the same jobs: a Java caller joins what Kotlin started, and vice versa; the same limits apply,
 * one snapshot shows everything, and the end of a scope waits for everything.
 *
 * <p>Each scope has one face per language: repeated calls return the same object. This is the only
 * class here whose signatures contain Kotlin types.
 *
 * @since 0.1
 */
public final class KotlinInterop {
  private KotlinInterop() {}

  /**
   * Returns a Kotlin manager for Java callers. Their bodies run on separate threads, as with {@link
   * AsyncOffloadManager#create()}; time limits follow the manager's clock.
   *
   * @param manager the manager
   * @return the same, for Java
   * @throws IllegalArgumentException if the argument is null or not of this library
   */
  public static AsyncOffloadManager asAsync(OffloadManager manager) {
    return (AsyncOffloadManager) asAsync((OffloadScope) manager);
  }

  /**
   * Returns a Kotlin scope for Java callers. {@code close} ends it, as its {@code complete} does,
   * and waits for its jobs.
   *
   * @param scope the scope
   * @return the same, for Java
   * @throws IllegalArgumentException if the argument is null or not of this library
   */
  public static AsyncOffloadScope asAsync(OffloadScope scope) {
    ScopeCore core = Faces.coreOf(Require.notNull("scope", scope));
    synchronized (core) {
      Object face = core.asyncFace();
      return face == null ? newFace(core, scope) : (AsyncOffloadScope) face;
    }
  }

  private static AsyncOffloadScope newFace(ScopeCore core, OffloadScope scope) {
    ScopeCore root = core.engine().root();
    if (core != root) {
      return new AsyncOffloadScope(
          core,
          asAsync(OffloadScopes.getManager(scope)).threads,
          () -> OffloadScopes.complete(scope));
    }
    ManagerThreads threads = new ManagerThreads(root.engine().side, null, null);
    Termination.then(root, threads::release);
    return new AsyncOffloadManager(root, threads, root.engine().shutdownKill());
  }

  /**
   * Returns a manager for Kotlin callers, whose bodies then run on {@code Dispatchers.Default}.
   *
   * @param manager the manager
   * @return the same, for Kotlin
   * @throws IllegalArgumentException if the argument is null
   */
  public static OffloadManager asKotlin(AsyncOffloadManager manager) {
    return asKotlin(manager, Dispatchers.getDefault());
  }

  /**
   * Returns a manager for Kotlin callers.
   *
   * @param manager the manager
   * @param context the dispatcher on which their bodies run, and other elements for their context.
   *     The first call for a manager, or for a scope under it, determines it
   * @return the same, for Kotlin
   * @throws IllegalArgumentException if an argument is null, or the context contains a {@code Job}
   */
  public static OffloadManager asKotlin(AsyncOffloadManager manager, CoroutineContext context) {
    Require.notNull("manager", manager);
    return (OffloadManager) Faces.scopeOver(manager.core, Require.notNull("context", context));
  }

  /**
   * Returns a scope for Kotlin callers. Plain coroutines that they launch on it are cancelled when
   * it has ended; its jobs are waited for, as always.
   *
   * @param scope the scope
   * @return the same, for Kotlin
   * @throws IllegalArgumentException if the argument is null
   */
  public static OffloadScope asKotlin(AsyncOffloadScope scope) {
    return Faces.scopeOver(Require.notNull("scope", scope).core, Dispatchers.getDefault());
  }

  /**
   * Takes another lease on the job of a handle, as a future. The handle keeps its own: to keep only
   * one of them, cancel the other.
   *
   * @param deferred the handle
   * @param <T> the type of the result
   * @return a lease on the same job; cancelled if the handle was
   * @throws IllegalArgumentException if the argument is null or not of this library
   */
  public static <T extends @Nullable Object> OffloadFuture<T> asFuture(
      OffloadDeferred<T> deferred) {
    boolean isGivenUp = Faces.isGivenUp(Require.notNull("deferred", deferred));
    var job = Faces.joinJobOf(deferred);
    AsyncOffloadScope manager = asyncManagerOf(job.scope());
    OffloadFuture<T> future = manager.threads.future(job, /* joined= */ true);
    if (isGivenUp) {
      boolean unused = future.cancel();
    }
    return future;
  }

  private static AsyncOffloadScope asyncManagerOf(ScopeCore core) {
    return asyncFaceOf(core.engine().root());
  }

  /** The Java face of a scope, whichever language created it. */
  static AsyncOffloadScope asyncFaceOf(ScopeCore core) {
    Object face = core.asyncFace();
    return face != null
        ? (AsyncOffloadScope) face
        : asAsync((OffloadScope) Objects.requireNonNull(core.face()));
  }

  /**
   * Takes another lease on the job of a future, for coroutines to await. The future keeps its own:
   * to keep only one of them, cancel the other.
   *
   * @param future the future
   * @param <T> the type of the result
   * @return a lease on the same job; cancelled if the future was completed from outside
   * @throws IllegalArgumentException if the argument is null
   */
  public static <T extends @Nullable Object> OffloadDeferred<T> asDeferred(
      OffloadFuture<T> future) {
    return Faces.deferredOver(Require.notNull("future", future).job(), future.isGivenUp());
  }

  /**
   * Returns a Kotlin wait map for Java callers.
   *
   * @param map the map
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the same, for Java
   * @throws IllegalArgumentException if the argument is null or not of this library
   */
  public static <K, V extends @Nullable Object> AsyncWaitMap<K, V> asAsync(WaitMap<K, V> map) {
    return new AsyncWaitMap<>(Faces.tableOf(Require.notNull("map", map)), null);
  }

  /**
   * Returns a wait map for Kotlin callers.
   *
   * @param map the map
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the same, for Kotlin
   * @throws IllegalArgumentException if the argument is null
   */
  public static <K, V extends @Nullable Object> WaitMap<K, V> asKotlin(AsyncWaitMap<K, V> map) {
    return Faces.waitMapOver(Require.notNull("map", map).table);
  }

  /**
   * Returns a Kotlin task recorder for Java callers.
   *
   * @param recorder the recorder
   * @param <I> the type of the ids
   * @param <T> the type of the bodies' results
   * @return the same, for Java
   * @throws IllegalArgumentException if the argument is null or not of this library
   */
  public static <I, T extends @Nullable Object> AsyncTaskRecorder<I, T> asAsync(
      TaskRecorder<I, T> recorder) {
    var core = Faces.coreOf(Require.notNull("recorder", recorder));
    return new AsyncTaskRecorder<>(core, asyncManagerOf(core.scope()).threads);
  }

  /**
   * Returns a task recorder for Kotlin callers.
   *
   * @param recorder the recorder
   * @param <I> the type of the ids
   * @param <T> the type of the bodies' results
   * @return the same, for Kotlin
   * @throws IllegalArgumentException if the argument is null
   */
  public static <I, T extends @Nullable Object> TaskRecorder<I, T> asKotlin(
      AsyncTaskRecorder<I, T> recorder) {
    return Faces.recorderOver(Require.notNull("recorder", recorder).core, Dispatchers.getDefault());
  }
}
