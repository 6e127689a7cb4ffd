package dev.offload.guide;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.KeepValues;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.OffloadTimeoutException;
import dev.offload.RevokeOutcome;
import dev.offload.ShutdownReport;
import dev.offload.Submission;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.WakeOutcome;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.AsyncWaitMap;
import dev.offload.async.ContextCarriers;
import dev.offload.async.OffloadFuture;
import dev.offload.async.OffloadTask;
import dev.offload.async.RunningJob;
import dev.offload.async.ScopeOptions;
import dev.offload.async.SubmitOptions;
import dev.offload.async.TaskWatch;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The code of docs/java.md, to the letter. */
final class JavaGuide {
  private JavaGuide() {}

  record User(int id) {}

  record Page(User user, String history) {}

  interface Api {
    User user(int id) throws InterruptedException;

    String history(int id) throws InterruptedException;

    void audit(int id);
  }

  static final OffloadKind<Integer, User> LOAD_USER = OffloadKind.named("user.load");
  static final OffloadKind<Integer, String> LOAD_HISTORY = OffloadKind.named("history.load");

  static User first(AsyncOffloadManager manager, Api api, int id) {
    OffloadFuture<User> user = manager.submit(LOAD_USER.key(id), () -> api.user(id));
    return user.join();
  }

  static User call(AsyncOffloadManager manager, Api api, int id) throws InterruptedException {
    return manager.call(LOAD_USER.key(id), () -> api.user(id));
  }

  static final OffloadKind<Integer, Void> AUDIT = OffloadKind.named("user.audit");

  static OffloadFuture<Void> audited(AsyncOffloadManager manager, Api api, int id) {
    return manager.submit(AUDIT.key(id), OffloadTask.of(() -> api.audit(id)));
  }

  static String whereAmI() {
    return RunningJob.current().map(job -> "in job " + job).orElse("in no job");
  }

  static Page page(AsyncOffloadManager manager, Api api, int id) {
    return manager.scope(
        "GET /users/{id}",
        request -> {
          OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
          OffloadFuture<String> history =
              request.submit(LOAD_HISTORY.key(id), () -> api.history(id));
          request.spawn("audit", () -> api.audit(id));
          return user.thenCombine(history, Page::new).join();
        });
  }

  static Page pageByHand(AsyncOffloadManager manager, Api api, int id) {
    try (AsyncOffloadScope request = manager.openScope("GET /users/{id}")) {
      OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
      return new Page(user.join(), "no history");
    }
  }

  static CompletableFuture<Page> pageLater(AsyncOffloadManager manager, Api api, int id) {
    AsyncOffloadScope request = manager.openScope("GET /users/{id}"); // until there is an answer
    try {
      OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
      OffloadFuture<String> history = request.submit(LOAD_HISTORY.key(id), () -> api.history(id));
      return user.thenCombine(history, Page::new)
          .whenComplete(
              (page, failure) -> {
                if (failure == null) {
                  request.complete();
                } else {
                  request.cancel();
                }
              });
    } catch (Throwable e) { // a submission was refused, say
      request.cancel();
      throw e;
    }
  }

  static Page allOrNothing(AsyncOffloadManager manager, Api api, int id) {
    return manager.scope(
        "GET /users/{id}",
        ScopeOptions.unset().withFailFast(),
        request -> {
          OffloadFuture<User> user = request.submit(LOAD_USER.key(id), () -> api.user(id));
          OffloadFuture<String> history =
              request.submit(LOAD_HISTORY.key(id), () -> api.history(id));
          return new Page(user.join(), history.join());
        });
  }

  static final OffloadKind<URI, HttpResponse<String>> FETCH = OffloadKind.named("fetch");

  static OffloadFuture<HttpResponse<String>> fetch(
      AsyncOffloadManager manager, HttpClient client, URI uri) {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    return manager.shareStage(
        FETCH.key(uri), () -> client.sendAsync(request, BodyHandlers.ofString()));
  }

  static String tell(OffloadFuture<User> user) {
    try {
      return "found " + user.orTimeout(2, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof TimeoutException) {
        return "not in time: this caller has left, others may still wait";
      } else if (cause instanceof OffloadTimeoutException) {
        return "the job ran into its own limit";
      } else if (cause instanceof OffloadCancelledException) {
        return "someone cancelled the job";
      }
      return "the load failed: " + cause; // what the body threw, as it is
    }
  }

  static final OffloadKind<String, String> PUBLISH = OffloadKind.named("publish");

  static OffloadFuture<String> publish(
      AsyncOffloadManager manager, OffloadFuture<String> upload, Consumer<String> remove) {
    return manager.submit(
        PUBLISH.key("report"),
        () -> {
          try {
            return "published " + upload.join();
          } catch (CancellationException e) { // this body was cancelled; the upload goes on
            remove.accept(upload.copy().join());
            throw e;
          }
        });
  }

  static AsyncOffloadManager configured() {
    OffloadConfig config =
        OffloadConfig.builder()
            .timeout(TimeoutPolicy.cancelAfter(Duration.ofSeconds(30)))
            .kind(
                LOAD_HISTORY,
                KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(4).withMaxQueued(100)))
            .build();
    return AsyncOffloadManager.builder()
        .name("shop")
        .config(config)
        .contextCarrier(ContextCarriers.slf4jMdc())
        .build();
  }

  static String refreshed(AsyncOffloadManager manager, Api api, int id) {
    SubmitOptions replace =
        SubmitOptions.unset()
            .withConflict(ConflictPolicy.REPLACE)
            .withTimeout(TimeoutPolicy.cancelAfter(Duration.ofSeconds(5)));
    Submission<OffloadFuture<String>> taken =
        manager.trySubmit(LOAD_HISTORY.key(id), replace, () -> api.history(id));
    if (taken instanceof Submission.Rejected<OffloadFuture<String>> rejected) {
      return "not now: " + rejected.reason();
    }
    return taken.handleOrNull().join();
  }

  static List<OffloadFuture<String>> loadAll(
      AsyncOffloadManager manager, Api api, List<Integer> ids) throws InterruptedException {
    List<OffloadFuture<String>> loads = new ArrayList<>();
    for (int id : ids) {
      loads.add(manager.shareWhenRoom(LOAD_HISTORY.key(id), () -> api.history(id)));
    }
    return loads;
  }

  static User renamed(AsyncOffloadManager manager, Api api, int id, Runnable rename) {
    rename.run();
    SubmitOptions next = SubmitOptions.unset().withConflict(ConflictPolicy.NEXT);
    return manager.share(LOAD_USER.key(id), next, () -> api.user(id)).join();
  }

  static boolean stop(AsyncOffloadManager manager, int id) {
    manager
        .find(LOAD_USER.key(id))
        .ifPresent(job -> System.out.println(job.state() + ", " + job.leases() + " wait for it"));
    return manager.cancel(LOAD_USER.key(id));
  }

  static final OffloadKind<Integer, Integer> SEND_INVOICE = OffloadKind.named("invoice.send");

  static TaskState invoiceOnce(
      AsyncTaskRecorder<Integer, Integer> invoices, Consumer<Integer> mail, int order) {
    LaunchOutcome<OffloadFuture<Integer>> outcome =
        invoices.launch(
            order,
            () -> {
              mail.accept(order);
              return order;
            });
    if (outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched) {
      launched.handle().join();
    }
    return invoices.state(order);
  }

  static boolean takeBack(
      AsyncTaskRecorder<Integer, Integer> invoices, Consumer<Integer> mail, int order) {
    CompletableFuture<RevokeOutcome<Integer>> revoke =
        invoices.revoke(
            order,
            () -> {
              mail.accept(-order);
              return order;
            });
    return revoke.join() instanceof RevokeOutcome.Revoked;
  }

  static AsyncTaskRecorder<Integer, Integer> keepingRecorder(AsyncOffloadManager manager) {
    return AsyncTaskRecorder.create(
        manager, SEND_INVOICE, KeepValues.of(1_000, Duration.ofHours(1)));
  }

  /** Null if it succeeded so long ago that its value is not kept. */
  static @Nullable OffloadFuture<Integer> invoice(
      AsyncTaskRecorder<Integer, Integer> invoices, Callable<Integer> send, int order)
      throws InterruptedException {
    LaunchOutcome<OffloadFuture<Integer>> outcome = invoices.launchWhenRoom(order, send);
    if (outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched) {
      return launched.handle();
    } else if (outcome instanceof LaunchOutcome.AlreadyWorking<OffloadFuture<Integer>> working) {
      return working.handle(); // a lease of its own: cancelling it leaves the run to the others
    }
    return ((LaunchOutcome.AlreadySucceeded<OffloadFuture<Integer>>) outcome).handle();
  }

  /** Tells how many work now, and after each change; until what it answers is closed. */
  static TaskWatch countWorking(
      AsyncTaskRecorder<Integer, Integer> invoices, Consumer<Integer> gauge) {
    Set<Integer> working = new HashSet<>();
    return invoices.watch(
        event -> {
          if (event instanceof TaskEvent.Snapshot<Integer> snapshot) { // first, or after a gap
            working.clear();
            working.addAll(snapshot.working());
          } else if (event instanceof TaskEvent.Moved<Integer> moved) {
            boolean unused =
                moved.to() == TaskState.WORKING
                    ? working.add(moved.id())
                    : working.remove(moved.id());
          }
          gauge.accept(working.size());
        });
  }

  static AsyncTaskRecorder<Integer, Integer> recorder(
      AsyncOffloadManager manager, Consumer<String> log) {
    AsyncTaskRecorder<Integer, Integer> invoices = AsyncTaskRecorder.create(manager, SEND_INVOICE);
    invoices.transitions(event -> log.accept(event.toString())); // until what it answers is closed
    return invoices;
  }

  static String ask(AsyncWaitMap<Integer, String> answers, Consumer<Integer> connection, int id) {
    CompletableFuture<String> answer = answers.await(id, Duration.ofSeconds(2));
    connection.accept(id); // an answer is not missed, however fast it is
    return answer.join();
  }

  static void answered(AsyncWaitMap<Integer, String> answers, int id, String text) {
    WakeOutcome<String> outcome = answers.wake(id, text);
    if (outcome instanceof WakeOutcome.NoMatch<String> nobody) {
      System.out.println("nobody waits for it (" + nobody.reason() + "): " + nobody.value());
    }
  }

  static AsyncWaitMap<Integer, String> answers() {
    return AsyncWaitMap.<Integer, String>builder()
        .remember(1_000) // the last so many keys: tells LATE and DUPLICATE from UNKNOWN
        .build();
  }

  static void refused(AsyncWaitMap<Integer, String> answers, int id, IOException why) {
    if (!answers.fail(id, why)) {
      System.out.println("nobody waits for " + id + ", but for " + answers.waitingKeys());
    }
  }

  static void disconnected(AsyncWaitMap<Integer, String> answers, IOException why) {
    System.out.println(answers.failAll(why) + " answers will not come");
  }

  static void end(AsyncOffloadManager manager) {
    ShutdownReport report = manager.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(5));
    if (!report.isClean()) {
      System.out.println("would not die: " + report.undying());
    }
  }
}
