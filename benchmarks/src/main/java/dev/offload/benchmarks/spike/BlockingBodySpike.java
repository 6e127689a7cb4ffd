package dev.offload.benchmarks.spike;

import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.coroutines.internal.Engine;
import dev.offload.coroutines.internal.JobBody;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.Lease;
import dev.offload.coroutines.internal.LeaseWaiter;
import dev.offload.coroutines.internal.ScopeCore;
import dev.offload.coroutines.internal.SystemTimer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ExecutorsKt;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A blocking body that does nothing, submitted for a future: 1,000 are submitted, then all are
 * joined. All run on one fixed pool of two threads.
 *
 * <p>The futures are the least that work: completed by the cell's waiter, they drop no lease when
 * completed from outside. The bodies of the candidates are interrupted when cancelled; the peer has
 * nothing like it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class BlockingBodySpike {
  private static final int JOBS = 1000;
  private static final OffloadKind<@Nullable Object> KIND = OffloadKind.named("spike");

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final CoroutineContext dispatcher = ExecutorsKt.from(executor);
  private final ConcurrentHashMap<Object, MiniCell> registry = new ConcurrentHashMap<>();
  private final SystemTimer timer = new SystemTimer("spike-timer");
  private final ScopeCore core =
      new Engine("spike", OffloadConfig.defaults(), null, timer, System::nanoTime).root();
  private final CompletableFuture<?>[] futures = new CompletableFuture<?>[JOBS];

  /** Ends the threads. */
  @TearDown
  public void close() {
    executor.shutdownNow();
    timer.stop();
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void supplyAsync() {
    submitAndJoin(id -> CompletableFuture.supplyAsync(BlockingBodySpike::work, executor));
  }

  /** Through a coroutine on the executor. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateD1() {
    submitAndJoin(
        id -> mini(id, BlockingCoroutineKt.blockingCoroutine(dispatcher, BlockingBodySpike::work)));
  }

  /** A task of the executor. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateD2() {
    submitAndJoin(id -> mini(id, new BlockingRunnable(executor, BlockingBodySpike::work)));
  }

  /** As D2, with the library's core in place of the least one. */
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void candidateD2OnCore() {
    submitAndJoin(this::onCore);
  }

  private static Integer work() {
    return 42;
  }

  private void submitAndJoin(IntFunction<CompletableFuture<?>> submit) {
    for (int i = 0; i < JOBS; i++) {
      futures[i] = submit.apply(i);
    }
    for (CompletableFuture<?> future : futures) {
      future.join();
    }
  }

  private CompletableFuture<?> mini(int id, MiniCell.Body body) {
    MiniCell cell = MiniCell.submit(registry, KIND.key(id), body);
    MiniFuture future = new MiniFuture(cell);
    if (!cell.await(future)) {
      future.run();
    }
    return future;
  }

  private CompletableFuture<?> onCore(int id) {
    JobCell<@Nullable Object> job = core.submit(KIND.key(id), null, null, new CoreBody()).taken();
    CoreFuture future = new CoreFuture(new CoreLease(job));
    if (!job.await(future.waiter)) {
      future.waiter.fire();
    }
    return future;
  }

  /** Its own waiter. */
  private static final class MiniFuture extends CompletableFuture<@Nullable Object>
      implements Runnable {
    private final MiniCell cell;

    MiniFuture(MiniCell cell) {
      this.cell = cell;
    }

    @Override
    public void run() {
      try {
        complete(cell.value());
      } catch (Throwable e) {
        completeExceptionally(e);
      }
    }
  }

  /** A future with a lease of the library, which cannot be a future itself, and its waiter. */
  private static final class CoreFuture extends CompletableFuture<@Nullable Object> {
    final CoreWaiter waiter;

    CoreFuture(CoreLease lease) {
      waiter = new CoreWaiter(lease, this);
    }
  }

  private static final class CoreLease extends Lease<@Nullable Object> {
    CoreLease(JobCell<@Nullable Object> job) {
      super(job, false);
    }
  }

  private static final class CoreWaiter extends LeaseWaiter {
    private final CoreLease lease;
    private final CoreFuture future;

    CoreWaiter(CoreLease lease, CoreFuture future) {
      super(lease);
      this.lease = lease;
      this.future = future;
    }

    @Override
    protected void fire() {
      try {
        future.complete(lease.answer());
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    }
  }

  /** As {@link BlockingRunnable}. */
  private final class CoreBody implements JobBody<@Nullable Object>, Runnable {
    private @Nullable JobCell<@Nullable Object> cell;
    private @Nullable Thread runner;

    @Override
    public void startBody(JobCell<@Nullable Object> job) {
      cell = job;
      executor.execute(this);
    }

    @Override
    public void run() {
      JobCell<@Nullable Object> told = cell;
      if (told == null || !told.begin()) {
        return;
      }
      setRunner(Thread.currentThread());
      Object value;
      try {
        value = work();
      } catch (Throwable e) {
        setRunner(null);
        told.fail(e);
        return;
      }
      setRunner(null);
      told.succeed(value);
    }

    private synchronized void setRunner(@Nullable Thread thread) {
      runner = thread;
    }

    @Override
    public synchronized void stopBody() {
      if (runner != null) {
        runner.interrupt();
      }
    }
  }
}
