package dev.offload.async;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadException;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadStats;
import dev.offload.async.WaitProgram.Cancel;
import dev.offload.async.WaitProgram.CancelAll;
import dev.offload.async.WaitProgram.CancelKey;
import dev.offload.async.WaitProgram.Complete;
import dev.offload.async.WaitProgram.Get;
import dev.offload.async.WaitProgram.InScope;
import dev.offload.async.WaitProgram.JobPlan;
import dev.offload.async.WaitProgram.JoinAll;
import dev.offload.async.WaitProgram.Start;
import dev.offload.async.WaitProgram.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs a program, and judges from outside what is told to whom. */
@SuppressWarnings({"FutureReturnValueIgnored", "ThreadPriorityCheck"}) // managers wait for all
final class WaitProgramRun {
  private final WaitProgram program;
  private final List<OffloadKind<Object, Integer>> kinds = new ArrayList<>();
  private final List<AsyncOffloadManager> managers = new ArrayList<>();
  private final AtomicIntegerArray started;
  private final AtomicReferenceArray<@Nullable OffloadFuture<Integer>> futures;
  private final AtomicLong clock = new AtomicLong();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  /** By the numbers of the jobs. */
  private final List<Queue<WaitOf>> waits = new ArrayList<>();

  /** That the body of a job waits, or has waited, for any of some jobs. */
  private static final class WaitOf {
    final Set<Integer> targets;
    final long since;
    volatile long until = Long.MAX_VALUE;

    WaitOf(Set<Integer> targets, long since) {
      this.targets = targets;
      this.since = since;
    }
  }

  /** Where a step is done: in which body, if any, and in which scope. */
  private record Here(@Nullable Integer body, @Nullable AsyncOffloadScope scope, int of) {}

  WaitProgramRun(WaitProgram program) {
    this.program = program;
    this.started = new AtomicIntegerArray(program.jobs().size());
    this.futures = new AtomicReferenceArray<>(program.jobs().size());
    for (int kind = 0; kind < WaitProgram.KINDS; kind++) {
      kinds.add(OffloadKind.named("kind" + kind));
    }
    program.jobs().forEach(job -> waits.add(new ConcurrentLinkedQueue<>()));
    for (List<ConcurrencyLimit> limits : program.limits()) {
      OffloadConfig.Builder config = OffloadConfig.builder();
      for (int kind = 0; kind < WaitProgram.KINDS; kind++) {
        config.kind(kinds.get(kind), KindPolicy.unset().withConcurrency(limits.get(kind)));
      }
      managers.add(AsyncOffloadManager.builder().config(config.build()).build());
    }
  }

  /** Runs it to its end, and answers what went wrong. */
  List<String> run() {
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (List<Step> steps : program.clients()) {
      clients.add(Bounded.start(() -> run(new Here(null, null, -1), steps)));
    }
    try {
      clients.forEach(client -> Bounded.get("a client ends", client));
      for (AsyncOffloadManager manager : managers) {
        Bounded.get("all bodies end", manager.joinAll());
      }
    } catch (AssertionError e) {
      managers.forEach(manager -> wrong.add(e.getMessage() + ": " + manager.snapshot()));
      managers.forEach(AsyncOffloadManager::cancel);
      return List.copyOf(wrong);
    }
    for (int i = 0; i < managers.size(); i++) {
      permitsAreBack(managers.get(i), program.limits().get(i));
      Bounded.run("a manager closes", managers.get(i)::close);
      balances(managers.get(i));
    }
    return List.copyOf(wrong);
  }

  private void permitsAreBack(AsyncOffloadManager manager, List<ConcurrencyLimit> limits) {
    for (int kind = 0; kind < WaitProgram.KINDS; kind++) {
      int places = limits.get(kind).maxConcurrent();
      CountDownLatch running = new CountDownLatch(places);
      for (int i = 0; i < places; i++) {
        manager.submit(
            kinds.get(kind).key(100 + i),
            () -> {
              running.countDown();
              return running.await(20, TimeUnit.SECONDS) ? 1 : 0;
            });
      }
      Bounded.until("all permits of a kind are used again", () -> running.getCount() == 0);
      Bounded.get("the last bodies end", manager.joinAll());
    }
  }

  private void balances(AsyncOffloadManager manager) {
    OffloadStats total = manager.snapshot().total();
    if (manager.activeCount() != 0
        || total.accepted() != total.succeeded() + total.failed() + total.cancelled()
        || total.submitted() != total.accepted() + total.joined() + total.rejected()) {
      wrong.add("accounts: " + manager.snapshot());
    }
  }

  // Steps.

  private void run(Here here, List<Step> steps) {
    steps.forEach(step -> run(here, step));
  }

  private void run(Here here, Step step) {
    if (step instanceof Start start) {
      start(here, start.job());
    } else if (step instanceof Get get) {
      start(here, get.job());
      OffloadFuture<Integer> future = futures.get(get.job());
      if (future != null) {
        waiting(here, sameKey(get.job()), () -> get(future, get.briefly()));
      }
    } else if (step instanceof JoinAll all) {
      waiting(here, ofManager(all.manager()), () -> managers.get(all.manager()).joinAll().join());
    } else if (step instanceof InScope in) {
      inScope(here, in);
    } else if (step instanceof Cancel cancel) {
      OffloadFuture<Integer> future = futures.get(cancel.job());
      if (future != null) {
        future.cancel(true);
      }
    } else if (step instanceof Complete complete) {
      OffloadFuture<Integer> future = futures.get(complete.job());
      if (future != null) {
        future.complete(-1);
      }
    } else if (step instanceof CancelKey cancel) {
      JobPlan job = program.jobs().get(cancel.job());
      managers.get(job.manager()).cancel(keyOf(job));
    } else if (step instanceof CancelAll all) {
      managers.get(all.manager()).cancelAll();
    } else {
      Thread.yield();
    }
  }

  private OffloadKey.Keyed<Integer> keyOf(JobPlan job) {
    return kinds.get(job.kind()).key(job.id());
  }

  private void start(Here here, int number) {
    if (!started.compareAndSet(number, 0, 1)) {
      return;
    }
    JobPlan job = program.jobs().get(number);
    boolean isOwned = here.scope() != null && here.of() == job.manager();
    AsyncOffloadScope scope = isOwned ? here.scope() : managers.get(job.manager());
    SubmitOptions options =
        job.conflict() == null
            ? SubmitOptions.unset()
            : SubmitOptions.unset().withConflict(job.conflict());
    try {
      futures.set(
          number,
          job.shared()
              ? scope.share(keyOf(job), () -> body(number))
              : scope.submit(keyOf(job), options, () -> body(number)));
    } catch (OffloadException e) {
      // Refused: its key is in flight, a queue is full, or its scope has ended.
    }
  }

  private int body(int number) {
    run(new Here(number, null, -1), program.jobs().get(number).steps());
    return number;
  }

  private void inScope(Here here, InScope in) {
    AsyncOffloadScope scope;
    ScopeOptions options =
        in.limit() == null
            ? ScopeOptions.unset()
            : ScopeOptions.unset().withConcurrency(in.limit());
    scope = managers.get(in.manager()).openScope("below", options);
    run(new Here(here.body(), scope, in.manager()), in.steps());
    if (in.cancels()) {
      scope.cancel();
    }
    waiting(here, ofManager(in.manager()), scope::close);
  }

  private static void get(OffloadFuture<Integer> future, boolean briefly) throws Exception {
    if (briefly) {
      future.get(1, TimeUnit.MILLISECONDS);
    } else {
      future.join();
    }
  }

  // Waits.

  private interface Blocking {
    void run() throws Exception;
  }

  /** Goes on whatever is told. */
  private void waiting(Here here, Set<Integer> targets, Blocking blocking) {
    WaitOf wait = new WaitOf(targets, clock.incrementAndGet());
    if (here.body() != null) {
      waits.get(here.body()).add(wait);
    }
    try {
      blocking.run();
    } catch (OffloadCycleException e) {
      judge(here.body(), wait, e);
    } catch (CancellationException
        | CompletionException
        | ExecutionException
        | TimeoutException
        | InterruptedException e) {
      // What is told of others, or to a body that was cancelled.
    } catch (Exception e) {
      wrong.add("told " + e);
    } finally {
      wait.until = clock.incrementAndGet();
    }
  }

  /** There must have been a way back while it waited. */
  private void judge(@Nullable Integer body, WaitOf wait, OffloadCycleException told) {
    if (body == null) {
      wrong.add("told outside of all bodies: " + told);
      return;
    }
    Deque<Integer> open = new ArrayDeque<>(wait.targets);
    Set<Integer> met = new HashSet<>();
    while (!open.isEmpty()) {
      int job = open.poll();
      if (job == body) {
        return;
      }
      if (met.add(job)) {
        waits.get(job).stream()
            .filter(other -> other.until >= wait.since)
            .forEach(other -> open.addAll(other.targets));
        open.addAll(sameKey(job)); // as a successor
      }
    }
    wrong.add("no circle: " + body + " leads to " + met + " only: " + told);
  }

  /** Those that may be the one a future is of: others may have been joined. */
  private Set<Integer> sameKey(int number) {
    JobPlan plan = program.jobs().get(number);
    Set<Integer> same = new HashSet<>();
    IntStream.range(0, program.jobs().size())
        .filter(n -> isSameKey(program.jobs().get(n), plan))
        .forEach(same::add);
    return same;
  }

  private static boolean isSameKey(JobPlan one, JobPlan other) {
    return one.manager() == other.manager() && one.kind() == other.kind() && one.id() == other.id();
  }

  private Set<Integer> ofManager(int manager) {
    Set<Integer> all = new HashSet<>();
    IntStream.range(0, program.jobs().size())
        .filter(n -> program.jobs().get(n).manager() == manager)
        .forEach(all::add);
    return all;
  }
}
