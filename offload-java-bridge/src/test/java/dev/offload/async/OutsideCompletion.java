package dev.offload.async;

import java.util.concurrent.TimeUnit;

/** The ways in which a caller completes its future from outside. */
enum OutsideCompletion {
  CANCEL {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.cancel();
    }
  },
  CANCEL_AS_FUTURE {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.cancel(true);
    }
  },
  COMPLETE {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.complete(-1);
    }
  },
  COMPLETE_EXCEPTIONALLY {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.completeExceptionally(new IllegalStateException("from outside"));
    }
  },
  OBTRUDE_VALUE {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.obtrudeValue(-1);
    }
  },
  OBTRUDE_EXCEPTION {
    @Override
    void apply(OffloadFuture<Integer> future) {
      future.obtrudeException(new IllegalStateException("from outside"));
    }
  },
  COMPLETE_ASYNC {
    @Override
    void apply(OffloadFuture<Integer> future) {
      var same = future.completeAsync(() -> -1);
      Bounded.until("it is completed", same::isDone);
    }
  },
  OR_TIMEOUT {
    @Override
    void apply(OffloadFuture<Integer> future) {
      var same = future.orTimeout(1, TimeUnit.MILLISECONDS);
      Bounded.until("it is completed", same::isDone);
    }
  },
  COMPLETE_ON_TIMEOUT {
    @Override
    void apply(OffloadFuture<Integer> future) {
      var same = future.completeOnTimeout(-1, 1, TimeUnit.MILLISECONDS);
      Bounded.until("it is completed", same::isDone);
    }
  };

  abstract void apply(OffloadFuture<Integer> future);
}
