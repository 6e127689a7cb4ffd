package dev.offload.async;

import dev.offload.JobSnapshot;
import dev.offload.RejectReason;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Remembers what it was told, and lets a test wait for it. */
final class RecordingListener implements OffloadListener {

  /** One call; what the method does not pass is null. */
  record Event(
      String method, JobSnapshot job, Duration elapsed, Throwable failure, RejectReason reason) {}

  private final List<Event> events = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition told = lock.newCondition();

  List<Event> all(String method) {
    lock.lock();
    try {
      return events.stream().filter(event -> event.method().equals(method)).toList();
    } finally {
      lock.unlock();
    }
  }

  Event await(String method) {
    return await(method, event -> true);
  }

  /** Waits for the first such call. */
  Event await(String method, Predicate<Event> matches) {
    long left = Bounded.BOUND.toNanos();
    lock.lock();
    try {
      while (true) {
        for (Event event : events) {
          if (event.method().equals(method) && matches.test(event)) {
            return event;
          }
        }
        if (left <= 0) {
          throw new AssertionError("no such " + method + " among " + events);
        }
        left = told.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + method, e);
    } finally {
      lock.unlock();
    }
  }

  private void tell(Event event) {
    lock.lock();
    try {
      events.add(event);
      told.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onAccepted(JobSnapshot job) {
    tell(new Event("onAccepted", job, null, null, null));
  }

  @Override
  public void onJoined(JobSnapshot job) {
    tell(new Event("onJoined", job, null, null, null));
  }

  @Override
  public void onRejected(String kindName, RejectReason reason) {
    tell(new Event("onRejected", null, null, null, reason));
  }

  @Override
  public void onStarted(JobSnapshot job) {
    tell(new Event("onStarted", job, null, null, null));
  }

  @Override
  public void onSlow(JobSnapshot job, Duration elapsed) {
    tell(new Event("onSlow", job, elapsed, null, null));
  }

  @Override
  public void onUndying(JobSnapshot job) {
    tell(new Event("onUndying", job, null, null, null));
  }

  @Override
  public void onUnobservedFailure(JobSnapshot job, Throwable failure) {
    tell(new Event("onUnobservedFailure", job, null, failure, null));
  }

  @Override
  public void onEnded(JobSnapshot job, Throwable failure) {
    tell(new Event("onEnded", job, null, failure, null));
  }
}
