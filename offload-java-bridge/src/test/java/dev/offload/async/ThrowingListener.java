package dev.offload.async;

import dev.offload.JobSnapshot;
import dev.offload.RejectReason;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Throws from every method, and remembers which were called. */
final class ThrowingListener implements OffloadListener {
  private final Set<String> called = ConcurrentHashMap.newKeySet();

  Set<String> called() {
    return called;
  }

  private void fail(String method) {
    called.add(method);
    throw new LinkageError("the listener throws from " + method);
  }

  @Override
  public void onAccepted(JobSnapshot job) {
    fail("onAccepted");
  }

  @Override
  public void onJoined(JobSnapshot job) {
    fail("onJoined");
  }

  @Override
  public void onRejected(String kindName, RejectReason reason) {
    fail("onRejected");
  }

  @Override
  public void onStarted(JobSnapshot job) {
    fail("onStarted");
  }

  @Override
  public void onSlow(JobSnapshot job, Duration elapsed) {
    fail("onSlow");
  }

  @Override
  public void onUndying(JobSnapshot job) {
    fail("onUndying");
  }

  @Override
  public void onUnobservedFailure(JobSnapshot job, Throwable failure) {
    fail("onUnobservedFailure");
  }

  @Override
  public void onEnded(JobSnapshot job, Throwable failure) {
    fail("onEnded");
  }
}
