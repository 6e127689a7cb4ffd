package dev.offload.async;

import dev.offload.OffloadConfig;
import dev.offload.ShutdownReport;
import dev.offload.coroutines.internal.job.Engine;
import dev.offload.coroutines.internal.job.ScopeCore;
import dev.offload.coroutines.internal.job.Shutdown;
import dev.offload.coroutines.internal.time.SystemTimer;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs keyed work for Java callers: create one for the application, share it, and {@link #close()}
 * it at the end.
 *
 * <pre>{@code
 * static final OffloadKind<Integer, User> LOAD_USER = OffloadKind.named("user.load");
 *
 * try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
 *   OffloadFuture<User> user = manager.share(LOAD_USER.key(id), () -> api.user(id));
 *   ...
 * }
 * }</pre>
 *
 * <p>Bodies may block; they run on virtual threads where the JVM has them, otherwise on a pool of
 * 64 daemon threads (or as many as there are processors) that grows while bodies wait in the
 * library, or on the executor given to the {@link Builder}. If that executor is bounded, bodies
 * that wait for the futures of other bodies can fill it and then wait forever. A cancelled body is
 * interrupted. One that ignores the interrupt is reported and never overtaken: its callers get the
 * outcome at once, while a later body under its key waits for its end.
 *
 * <p>It is the root scope: for one request, or any other unit of work, open a scope under it with
 * {@link #openScope}.
 *
 * <p>Safe to use from any thread. Only {@link #close()}, {@link #shutdown}, {@code scope}, {@code
 * call} and the operations that end in {@code WhenRoom} block. A null argument causes an {@link
 * IllegalArgumentException}.
 *
 * @since 0.1
 */
public final class AsyncOffloadManager extends AsyncOffloadScope {
  private final Duration defaultKill;

  AsyncOffloadManager(ScopeCore core, ManagerThreads threads, Duration defaultKill) {
    super(core, threads, core::complete);
    this.defaultKill = defaultKill;
  }

  /**
   * Creates a manager with default settings.
   *
   * @return the manager
   */
  public static AsyncOffloadManager create() {
    return builder().build();
  }

  /**
   * Returns a builder with the default settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** A manager at once refuses submissions from outside its own work. */
  @Override
  void beginEnd() {
    core.drain();
  }

  /**
   * Refuses new work, except from open scopes and running bodies, and waits until the bodies of all
   * jobs have ended and all scopes are closed, as {@code ExecutorService.close()} does. If the
   * calling thread is interrupted, cancels the jobs, keeps waiting, and returns with the interrupt
   * flag set. Throws no job's failure. Idempotent. To wait for a limited time, use {@link
   * #shutdown(Duration)}.
   *
   * @throws dev.offload.OffloadCycleException if a body of this manager calls it; the manager then
   *     ends on its own, when that body and the other jobs have ended
   */
  @Override
  public void close() {
    super.close();
    core.close(); // nothing is left to cancel, except what belongs to a Kotlin face
    if (!listenerIsTold()) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Cancels the job with this {@linkplain dev.offload.JobSnapshot#number() number}, whichever scope
   * of this manager owns it: for an admin page that shows {@link #snapshot()}, for example. Does
   * not wait.
   *
   * @param number the number of the job
   * @return true if this call changed anything; false if the job has ended, or was never shown
   */
  public boolean cancelJob(long number) {
    return core.cancelJob(number);
  }

  /**
   * As {@link #shutdown(Duration, Duration)}, with the kill time of the settings.
   *
   * @param grace how long running work may continue on its own; zero for not at all
   * @return what ended, and what did not
   * @throws IllegalArgumentException if the time is null or negative
   */
  public ShutdownReport shutdown(Duration grace) {
    return shutdown(grace, defaultKill);
  }

  /**
   * Shuts down this manager in limited time: refuses new work, except from open scopes and running
   * bodies, waits at most {@code grace} for its work to end, cancels what is left, and waits at
   * most {@code kill} for the cancelled bodies to end. Bodies that have not ended by then are
   * undying: they continue, and are listed in the report; their callers already have the outcome.
   *
   * <p>If there is a listener, waits at most a second until all events have been delivered to it.
   *
   * <p>If the calling thread is interrupted, the current wait ends at once, and the method returns
   * with the interrupt flag set. Idempotent: a second call reports what it finds.
   *
   * @param grace how long running work may continue on its own; zero for not at all
   * @param kill how long cancelled bodies may take to end
   * @return what ended, and what did not
   * @throws IllegalArgumentException if a time is null or negative
   */
  public ShutdownReport shutdown(Duration grace, Duration kill) {
    Require.notNegative("grace", grace);
    Require.notNegative("kill", kill);
    Shutdown shutdown = Shutdown.begin(core);
    boolean interrupted = !waitAtMost(grace);
    shutdown.cancelRest();
    interrupted |= !waitAtMost(kill);
    shutdown.noteUndying();
    interrupted |= !listenerIsTold();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return shutdown.report();
  }

  /** A listener that blocks must not block this for long. False if the wait was interrupted. */
  private boolean listenerIsTold() {
    CountDownLatch told = new CountDownLatch(1);
    core.engine().afterNews(told::countDown);
    BodyWait wait = BodyWait.begin(BodyWait.NO_JOB);
    try {
      boolean unused = told.await(Engine.LAST_NEWS.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      return false;
    } finally {
      if (wait != null) {
        wait.close();
      }
    }
  }

  /** False if the wait was interrupted. */
  private boolean waitAtMost(Duration time) {
    Termination end = new Termination(core);
    BodyWait wait = BodyWait.begin(BodyWait.NO_JOB); // it ends on its own, so it closes no cycle
    try {
      boolean unused = end.await(time);
      return true;
    } catch (InterruptedException e) {
      return false;
    } finally {
      if (wait != null) {
        wait.close();
      }
      end.leave();
    }
  }

  /** Builds a manager; not thread-safe. */
  public static final class Builder {
    private OffloadConfig config = OffloadConfig.defaults();
    private String name = "manager";
    private @Nullable Executor executor;
    private @Nullable OffloadListener listener;
    private @Nullable ContextCarrier carrier;

    private Builder() {}

    /**
     * Sets policies and limits.
     *
     * @param config the settings
     * @return this builder
     */
    public Builder config(OffloadConfig config) {
      this.config = Require.notNull("config", config);
      return this;
    }

    /**
     * Sets the executor for bodies. It remains owned by the caller, who should shut it down after
     * the manager.
     *
     * @param executor the executor; if it refuses a body, the job fails with {@link
     *     dev.offload.OffloadFailedException}
     * @return this builder
     */
    public Builder executor(Executor executor) {
      this.executor = Require.notNull("executor", executor);
      return this;
    }

    /**
     * Sets the listener for events of the jobs.
     *
     * @param listener the listener
     * @return this builder
     */
    public Builder listener(OffloadListener listener) {
      this.listener = Require.notNull("listener", listener);
      return this;
    }

    /**
     * Sets the name in snapshots and messages.
     *
     * @param name the name; shown as given, so put no id in it
     * @return this builder
     */
    public Builder name(String name) {
      this.name = Require.notNull("name", name);
      return this;
    }

    /**
     * Sets the carrier of the submitting thread's context (MDC, traces) into the body.
     *
     * @param carrier the carrier
     * @return this builder
     */
    public Builder contextCarrier(ContextCarrier carrier) {
      this.carrier = Require.notNull("carrier", carrier);
      return this;
    }

    /**
     * Builds the manager.
     *
     * @return the manager
     */
    public AsyncOffloadManager build() {
      SystemTimer timer = new SystemTimer("offload-timer-" + name);
      ScopeCore core = new Engine(name, config, listener, timer, System::nanoTime).root();
      ManagerThreads threads = new ManagerThreads(core.engine().side, executor, carrier);
      Termination.then(
          core,
          () -> {
            timer.stop();
            threads.release();
          });
      return new AsyncOffloadManager(core, threads, config.shutdownKill());
    }
  }
}
