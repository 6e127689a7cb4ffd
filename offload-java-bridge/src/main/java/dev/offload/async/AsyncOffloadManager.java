package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.ScopeSnapshot;
import dev.offload.coroutines.internal.Engine;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.Placement;
import dev.offload.coroutines.internal.ScopeCore;
import dev.offload.coroutines.internal.SystemTimer;
import dev.offload.coroutines.internal.Waiter;
import dev.offload.spi.OffloadListener;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Runs keyed work for Java callers: make one for the application, share it, {@link #close()} it at
 * the end.
 *
 * <pre>{@code
 * static final OffloadKind<User> LOAD_USER = OffloadKind.named("user.load");
 *
 * try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
 *   OffloadFuture<User> user = manager.share(LOAD_USER.key(id), () -> api.user(id));
 *   ...
 * }
 * }</pre>
 *
 * <p>Bodies block; they run on virtual threads where the JVM has them, else on a pool of 64 daemon
 * threads (or as many as there are processors), or on the executor given to the {@link Builder}. On
 * a bounded pool, bodies that wait for the futures of further bodies can fill it and then wait for
 * ever. A cancelled body is interrupted. One that ignores the interrupt is reported and never
 * overtaken: its callers have their answer at once, a later body under its key waits for its end.
 *
 * <p>Safe to use from any thread. Only {@link #close()} blocks. A null argument gives an {@link
 * IllegalArgumentException}.
 *
 * @since 0.1
 */
public final class AsyncOffloadManager implements AutoCloseable {
  private final ScopeCore core;
  private final SystemTimer timer;
  private final Executor executor;

  /** Set if the threads are this manager's own, and then have to be ended with it. */
  private final @Nullable ExecutorService ownThreads;

  private AsyncOffloadManager(Builder builder) {
    this.timer = new SystemTimer("offload-timer-" + builder.name);
    this.core =
        new Engine(builder.name, builder.config, builder.listener, timer, System::nanoTime).root();
    Executor given = builder.executor;
    if (given != null) {
      this.ownThreads = null;
      this.executor = given;
    } else {
      ExecutorService own = BodyThreads.create();
      this.ownThreads = own;
      this.executor = own;
    }
  }

  /**
   * Makes a manager with default settings.
   *
   * @return the manager
   */
  public static AsyncOffloadManager create() {
    return builder().build();
  }

  /**
   * Starts from default settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Runs {@code body} under {@code key}, or does what the settings of its kind say if the key is in
   * flight; by default joins the job in flight for a keyed key and refuses for others. The job is
   * owned by this manager; if all its holders cancel their futures, it is cancelled.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException if an argument is null, or this manager knows another kind of
   *     the same name
   * @throws dev.offload.KeyInFlightException if the key is in flight and the policy is {@link
   *     ConflictPolicy#REJECT}
   * @throws dev.offload.ScopeClosedException if this manager takes no new work
   */
  public <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, Callable<? extends T> body) {
    checkNotNull("key", key);
    return future(
        key,
        core.submit(key, null, null, new BlockingBody<T>(checkNotNull("body", body), executor)));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, with a conflict policy of its own.
   *
   * @param key what the work is
   * @param conflict what to do if the key is in flight
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException also if {@code conflict} is {@link ConflictPolicy#JOIN} and
   *     the key is not keyed
   * @throws dev.offload.KeyInFlightException if the key is in flight and the policy is {@link
   *     ConflictPolicy#REJECT}
   * @throws dev.offload.ScopeClosedException if this manager takes no new work
   */
  public <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, ConflictPolicy conflict, Callable<? extends T> body) {
    checkNotNull("key", key);
    checkNotNull("conflict", conflict);
    return future(
        key,
        core.submit(
            key, conflict, null, new BlockingBody<T>(checkNotNull("body", body), executor)));
  }

  /**
   * Takes a lease on the one flight of {@code key}, and starts it with {@code body} if there is
   * none. The job is cancelled when its last holder leaves, unless its kind's abandon policy is
   * {@link dev.offload.AbandonPolicy#FINISH}.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException if an argument is null, or this manager knows another kind of
   *     the same name
   * @throws dev.offload.ScopeClosedException if this manager takes no new work
   */
  public <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) {
    checkNotNull("key", key);
    checkNotNull("body", body);
    JobCell<T> inFlight = core.tryJoin(key);
    if (inFlight != null) {
      return new OffloadFuture<>(inFlight, true);
    }
    return future(key, core.share(key, null, new BlockingBody<T>(body, executor), false));
  }

  private <T extends @Nullable Object> OffloadFuture<T> future(
      OffloadKey<T> key, Placement<T> placement) {
    return new OffloadFuture<>(placement.jobOrThrow(key), placement.joined());
  }

  /**
   * Looks a job up. Takes no lease.
   *
   * @param key the key
   * @return the newest active job under the key, one that is not being cancelled if there is any
   */
  public Optional<JobSnapshot> find(OffloadKey<?> key) {
    return Optional.ofNullable(core.find(checkNotNull("key", key)));
  }

  /**
   * Tells whether a job under the key is active. Takes no lease.
   *
   * @param key the key
   * @return true if one is
   */
  public boolean isInFlight(OffloadKey<?> key) {
    return core.isInFlight(checkNotNull("key", key));
  }

  /**
   * Cancels every job under the key, whoever holds it. Their futures complete with {@link
   * dev.offload.OffloadCancelledException} at once; the bodies are interrupted. Does not wait.
   *
   * @param key the key
   * @return true if this call changed anything
   */
  public boolean cancel(OffloadKey<?> key) {
    return core.cancel(checkNotNull("key", key));
  }

  /**
   * Returns the number of jobs that are queued, running or being cancelled.
   *
   * @return the number
   */
  public int activeCount() {
    return (int) core.activeCount();
  }

  /**
   * Takes a picture of the jobs and the counts.
   *
   * @return the snapshot
   */
  public ScopeSnapshot snapshot() {
    return core.snapshot();
  }

  /**
   * Takes no new work and waits until the bodies of all jobs have ended, as {@code
   * ExecutorService.close()} does. If the calling thread is interrupted, cancels the jobs, goes on
   * waiting, and returns with the interrupt flag set. Throws no job's failure. Idempotent.
   *
   * <p>Must not be called by a body of this manager: it would wait for itself.
   */
  @Override
  public void close() {
    core.drain();
    CountDownLatch terminated = new CountDownLatch(1);
    if (!core.termination().push(new Termination(terminated))) {
      terminated.countDown();
    }
    boolean interrupted = false;
    while (true) {
      try {
        terminated.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        core.close();
      }
    }
    timer.stop();
    if (ownThreads != null) {
      ownThreads.shutdown();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Termination extends Waiter {
    private final CountDownLatch latch;

    Termination(CountDownLatch latch) {
      this.latch = latch;
    }

    @Override
    protected boolean wantsEnd() {
      return true;
    }

    @Override
    protected void fire() {
      latch.countDown();
    }
  }

  private static <A> A checkNotNull(String argument, @Nullable A value) {
    if (value == null) {
      throw new IllegalArgumentException(argument + " must not be null");
    }
    return value;
  }

  /** Collects the settings of a manager; belongs to one thread. */
  public static final class Builder {
    private OffloadConfig config = OffloadConfig.defaults();
    private String name = "manager";
    private @Nullable Executor executor;
    private @Nullable OffloadListener listener;

    private Builder() {}

    /**
     * Sets policies and limits.
     *
     * @param config the settings
     * @return this builder
     */
    public Builder config(OffloadConfig config) {
      this.config = checkNotNull("config", config);
      return this;
    }

    /**
     * Sets where bodies run. The executor stays the caller's, who ends it after the manager.
     *
     * @param executor the executor; if it refuses a body, the job fails with {@link
     *     dev.offload.OffloadFailedException}
     * @return this builder
     */
    public Builder executor(Executor executor) {
      this.executor = checkNotNull("executor", executor);
      return this;
    }

    /**
     * Sets who is told what happens to the jobs.
     *
     * @param listener the listener
     * @return this builder
     */
    public Builder listener(OffloadListener listener) {
      this.listener = checkNotNull("listener", listener);
      return this;
    }

    /**
     * Sets the name in snapshots and messages.
     *
     * @param name the name; shown as given, so put no id in it
     * @return this builder
     */
    public Builder name(String name) {
      this.name = checkNotNull("name", name);
      return this;
    }

    /**
     * Makes the manager.
     *
     * @return the manager
     */
    public AsyncOffloadManager build() {
      return new AsyncOffloadManager(this);
    }
  }
}
