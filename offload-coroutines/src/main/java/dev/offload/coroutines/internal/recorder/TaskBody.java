package dev.offload.coroutines.internal.recorder;

import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.time.OffloadTimer;
import org.jspecify.annotations.Nullable;

/**
 * The body of an attempt: like the given one, but the recorder learns of the end before the
 * callers.
 */
final class TaskBody<I, T extends @Nullable Object> implements JobBody<T> {
  private final JobBody<T> body;
  private final Attempt<I> attempt;
  private final TaskStates<I> states;

  TaskBody(JobBody<T> body, Attempt<I> attempt, TaskStates<I> states) {
    this.body = body;
    this.attempt = attempt;
    this.states = states;
  }

  @Override
  public void placed(JobCell<T> job) {
    attempt.decidedBy(job);
  }

  @Override
  public void startBody(JobCell<T> job) {
    body.startBody(job);
  }

  @Override
  public void stopBody() {
    body.stopBody();
  }

  @Override
  public @Nullable OffloadTimer timer() {
    return body.timer();
  }

  @Override
  public boolean stopsByInterrupt() {
    return body.stopsByInterrupt();
  }

  @Override
  public void decided(JobCell<T> job) {
    attempt.write(job);
    states.decided(attempt);
  }

  @Override
  public void told() {
    states.tellFeed();
  }
}
