package dev.offload.async;

import dev.offload.JobSnapshot;
import dev.offload.RejectReason;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what it was told, and reacts to some of it as badly as its test wants. */
final class HostileListener implements OffloadListener {
  private final RecordingListener told = new RecordingListener();
  private final Map<String, Runnable> reactions = new ConcurrentHashMap<>();

  /** What to do whenever this method is called, after it was remembered. */
  HostileListener on(String method, Runnable reaction) {
    reactions.put(method, reaction);
    return this;
  }

  /** The same for every method. */
  HostileListener onAll(Runnable reaction) {
    EndContract.EVERYTHING.forEach(method -> reactions.put(method, reaction));
    return this;
  }

  void off() {
    reactions.clear();
  }

  RecordingListener told() {
    return told;
  }

  private void react(String method) {
    Runnable reaction = reactions.get(method);
    if (reaction != null) {
      reaction.run();
    }
  }

  @Override
  public void onAccepted(JobSnapshot job) {
    told.onAccepted(job);
    react("onAccepted");
  }

  @Override
  public void onJoined(JobSnapshot job) {
    told.onJoined(job);
    react("onJoined");
  }

  @Override
  public void onRejected(String kindName, RejectReason reason) {
    told.onRejected(kindName, reason);
    react("onRejected");
  }

  @Override
  public void onStarted(JobSnapshot job) {
    told.onStarted(job);
    react("onStarted");
  }

  @Override
  public void onSlow(JobSnapshot job, Duration elapsed) {
    told.onSlow(job, elapsed);
    react("onSlow");
  }

  @Override
  public void onUndying(JobSnapshot job) {
    told.onUndying(job);
    react("onUndying");
  }

  @Override
  public void onUnobservedFailure(JobSnapshot job, Throwable failure) {
    told.onUnobservedFailure(job, failure);
    react("onUnobservedFailure");
  }

  @Override
  public void onEnded(JobSnapshot job, Throwable failure) {
    told.onEnded(job, failure);
    react("onEnded");
  }
}
