package consumer;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.AsyncWaitMap;
import dev.offload.async.OffloadFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a program of somebody else's does with offload, in Java: something of everything. */
final class Exercise {
  private static final OffloadKind<String, String> LOAD = OffloadKind.named("page.load");
  private static final OffloadKind<Integer, String> LIMITED = OffloadKind.named("limited");
  private static final OffloadKind<String, String> STORE = OffloadKind.named("page.store");
  private static final int CALLERS = 50;

  private Exercise() {}

  /** Throws if something is not as promised. */
  static void run() throws Exception {
    OffloadConfig config =
        OffloadConfig.builder()
            .timeout(TimeoutPolicy.cancelAfter(Duration.ofSeconds(30)))
            .kind(LIMITED, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(2)))
            .build();
    try (AsyncOffloadManager manager = AsyncOffloadManager.builder().config(config).build()) {
      shares(manager);
      limits(manager);
      owns(manager);
      remembers(manager);
    }
    waits();
  }

  private static void shares(AsyncOffloadManager manager) throws Exception {
    AtomicInteger loads = new AtomicInteger();
    CountDownLatch asked = new CountDownLatch(1);
    List<OffloadFuture<String>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(
          manager.share(
              LOAD.key("/"),
              () -> {
                loads.incrementAndGet();
                asked.await();
                return "page";
              }));
    }
    callers.get(0).cancel();
    asked.countDown();
    for (OffloadFuture<String> caller : callers.subList(1, CALLERS)) {
      expect("page", caller.get(30, TimeUnit.SECONDS));
    }
    expect(1, loads.get());
  }

  private static void limits(AsyncOffloadManager manager) throws Exception {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger running = new AtomicInteger();
    List<OffloadFuture<String>> jobs = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      jobs.add(
          manager.submit(
              LIMITED.key(i),
              () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                running.decrementAndGet();
                return "done";
              }));
    }
    for (OffloadFuture<String> job : jobs) {
      expect("done", job.get(30, TimeUnit.SECONDS));
    }
    expect(true, most.get() <= 2);
  }

  private static void owns(AsyncOffloadManager manager) throws Exception {
    AtomicInteger ended = new AtomicInteger();
    try (AsyncOffloadScope request = manager.openScope("GET /")) {
      request.submit(
          LOAD.key("owned"),
          () -> {
            ended.incrementAndGet();
            return "owned";
          });
    }
    expect(1, ended.get());
  }

  private static void remembers(AsyncOffloadManager manager) throws Exception {
    AsyncTaskRecorder<String, String> recorder = AsyncTaskRecorder.create(manager, STORE);
    LaunchOutcome<OffloadFuture<String>> outcome = recorder.launch("1", () -> "stored");
    if (!(outcome instanceof LaunchOutcome.Launched<OffloadFuture<String>> launched)) {
      throw new AssertionError("not launched: " + outcome);
    }
    expect("stored", launched.handle().get(30, TimeUnit.SECONDS));
    expect(TaskState.SUCCEEDED, recorder.state("1"));
  }

  private static void waits() throws Exception {
    AsyncWaitMap<Integer, String> answers = AsyncWaitMap.create();
    CompletableFuture<String> answer = answers.await(1, Duration.ofSeconds(30));
    answers.wake(1, "answered");
    expect("answered", answer.get(30, TimeUnit.SECONDS));
  }

  static void expect(Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("expected " + expected + ", not " + actual);
    }
  }
}
