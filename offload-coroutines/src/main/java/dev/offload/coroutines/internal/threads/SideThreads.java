package dev.offload.coroutines.internal.threads;

import java.util.List;

/**
 * The threads of one manager for foreign code that the current thread must not wait for. Each lane
 * has at most {@value SidePool#MOST} of them, created on demand and ended when idle. Code that
 * blocks in one lane delays that lane alone, and only when all its threads are blocked.
 *
 * <p>Under virtual time everything runs in one thread, in a deterministic order: then {@link
 * #inPlace} is true, and the methods here run a task at once. Code that uses {@link #starts} or
 * {@link #stages} itself has to check that.
 */
public final class SideThreads {
  private final boolean inPlace;

  /** For resuming suspended callers, through unknown dispatchers. */
  final SidePool answers;

  /** For asking bodies to stop, which runs their cancellation handlers. */
  final SidePool stops;

  /** For bodies that would nest too deep inside others. */
  public final SidePool starts;

  /** For the stages of callers, and for watchers of tasks. */
  public final SidePool stages;

  private final SidePool news;
  private final SerialQueue listener;

  public SideThreads(String managerName, boolean inPlace) {
    this.inPlace = inPlace;
    this.answers = new SidePool("offload-answer-" + managerName);
    this.stops = new SidePool("offload-stop-" + managerName);
    this.starts = new SidePool("offload-start-" + managerName);
    this.stages = new SidePool("offload-callback-" + managerName);
    this.news = new SidePool("offload-listener-" + managerName);
    this.listener = new SerialQueue(news::runAside);
  }

  /** Whether time is virtual, so that all that can run on the current thread must do so. */
  public boolean inPlace() {
    return inPlace;
  }

  /** Notifies a suspended caller. */
  public void answer(Runnable task) {
    runOr(answers, task);
  }

  /** Asks a body to stop. */
  public void stop(Runnable task) {
    runOr(stops, task);
  }

  /** Notifies the listener, after all earlier notifications. */
  public void tellListener(Runnable task) {
    if (inPlace) {
      guarded(task);
    } else {
      listener.post(task);
    }
  }

  private void runOr(SidePool lane, Runnable task) {
    if (inPlace) {
      guarded(task);
    } else {
      lane.run(task);
    }
  }

  /** Runs a task that nobody waits for; exceptions are logged. */
  public static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      Log.warn("what was run aside threw", e);
    }
  }

  /** Little is left to run: threads end soon when idle. */
  public void release() {
    List.of(answers, stops, starts, stages, news).forEach(SidePool::release);
  }
}
