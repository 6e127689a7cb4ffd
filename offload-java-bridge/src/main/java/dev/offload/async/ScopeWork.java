package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.OffloadKey;
import dev.offload.Submission;
import dev.offload.coroutines.internal.job.CurrentJob;
import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.Placement;
import dev.offload.coroutines.internal.job.Placement.How;
import dev.offload.coroutines.internal.job.ScopeCore;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a scope accepts work, whatever the form of its body. */
final class ScopeWork {
  private final ScopeCore core;
  private final ManagerThreads threads;

  ScopeWork(ScopeCore core, ManagerThreads threads) {
    this.core = core;
    this.threads = threads;
  }

  // Owned by the scope.

  <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, SubmitOptions options, JobBody<T> body) {
    check(key, options);
    return future(key, core.submissions().submit(key, options.conflict(), options.timeout(), body));
  }

  <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmit(
      OffloadKey<T> key, SubmitOptions options, JobBody<T> body) {
    check(key, options);
    return core.submissions()
        .submit(key, options.conflict(), options.timeout(), body)
        .submission(placed -> threads.future(placed.taken(), placed.joined()));
  }

  <T extends @Nullable Object> OffloadFuture<T> submitWhenRoom(
      OffloadKey<T> key, SubmitOptions options, JobBody<T> body) throws InterruptedException {
    check(key, options);
    return whenRoom(
        key,
        () -> core.submissions().submitIfRoom(key, options.conflict(), options.timeout(), body));
  }

  // Owned by the manager, and kept until the end of the scope, or of the call.

  <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body) {
    check(key, options);
    return kept(lease(key, options, body));
  }

  <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShare(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body) {
    check(key, options);
    return core.submissions()
        .share(key, options.conflict(), options.timeout(), body.get())
        .submission(placed -> kept(threads.future(placed.taken(), placed.joined())));
  }

  <T extends @Nullable Object> OffloadFuture<T> shareWhenRoom(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body)
      throws InterruptedException {
    check(key, options);
    JobBody<T> made = body.get();
    return kept(
        whenRoom(
            key,
            () ->
                core.submissions().shareIfRoom(key, options.conflict(), options.timeout(), made)));
  }

  <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body)
      throws InterruptedException {
    OffloadFuture<T> lease = leaseForCall(key, options, body);
    try {
      return lease.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } finally {
      lease.cancel(false); // does nothing if there is an outcome
    }
  }

  <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Duration atMost, Supplier<JobBody<T>> body)
      throws InterruptedException, TimeoutException {
    OffloadFuture<T> lease = leaseForCall(key, options, body);
    try {
      return lease.get(Require.nanos(atMost), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } finally {
      lease.cancel(false); // does nothing if there is an outcome
    }
  }

  /** A lease that the end of the scope does not drop: its caller, which is still waiting, does. */
  private <T extends @Nullable Object> OffloadFuture<T> leaseForCall(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body)
      throws InterruptedException {
    check(key, options);
    BodyWait.throwIfInterrupted();
    return lease(key, options, body);
  }

  private <T extends @Nullable Object> OffloadFuture<T> lease(
      OffloadKey.Keyed<T> key, SubmitOptions options, Supplier<JobBody<T>> body) {
    ConflictPolicy conflict = options.conflict();
    boolean joins = conflict == null || conflict == ConflictPolicy.JOIN;
    JobCell<T> inFlight = joins ? core.submissions().tryJoin(key) : null;
    return inFlight == null
        ? future(key, core.submissions().share(key, conflict, options.timeout(), body.get()))
        : threads.future(inFlight, /* joined= */ true);
  }

  private <T extends @Nullable Object> OffloadFuture<T> kept(OffloadFuture<T> future) {
    core.submissions().keep(future.lease());
    return future;
  }

  // Both.

  /** Submits as soon as no queue is full. */
  private <T extends @Nullable Object> OffloadFuture<T> whenRoom(
      OffloadKey<T> key, Supplier<Placement<T>> submission) throws InterruptedException {
    Placement<T> placed = submission.get();
    if (!placed.mayWaitForRoom(CurrentJob.get(), key)) {
      return future(key, placed);
    }
    return RoomWait.retry(
        placed.by(),
        key,
        () -> {
          Placement<T> again = submission.get();
          return again.how() == How.QUEUE_FULL ? null : future(key, again);
        });
  }

  private <T extends @Nullable Object> OffloadFuture<T> future(
      OffloadKey<T> key, Placement<T> placement) {
    return threads.future(placement.jobOrThrow(key), placement.joined());
  }

  private static void check(OffloadKey<?> key, SubmitOptions options) {
    Require.notNull("key", key);
    Require.notNull("options", options);
  }
}
