package dev.offload.coroutines.internal.threads;

import java.util.List;

/**
 * The threads of one manager for what others wrote and the thread at hand must not wait for. Each
 * lane has at most {@value SidePool#MOST} of them, made when they are needed and gone when they are
 * idle. What blocks in one lane holds up that lane alone, and only when all its threads are
 * blocked.
 *
 * <p>Where time is virtual all runs in one thread, in an order that is the same each time: then
 * {@link #inPlace} is true, and what a lane is given runs at once.
 */
public final class SideThreads {
  private final boolean inPlace;

  /** To suspended callers, through dispatchers that nobody knows. */
  final SidePool answers;

  /** To bodies that are to stop, and so to their cancellation handlers. */
  final SidePool stops;

  /** To bodies that would run too deep inside other ones. */
  public final SidePool starts;

  /** Stages of callers, and whoever watches tasks. */
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

  /** Whether time is virtual, and what can run in the thread at hand has to. */
  public boolean inPlace() {
    return inPlace;
  }

  /** Tells a suspended caller. */
  public void answer(Runnable task) {
    runOr(answers, task);
  }

  /** Asks a body to stop. */
  public void stop(Runnable task) {
    runOr(stops, task);
  }

  /** Tells the listener, after what it was told before. */
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

  /** Runs what nobody waits for, so that nothing it throws gets out. */
  public static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      Log.warn("what was run aside threw", e);
    }
  }

  /** Little is left to run: threads end soon when they have nothing to do. */
  public void release() {
    List.of(answers, stops, starts, stages, news).forEach(SidePool::release);
  }
}
