package dev.offload.coroutines.internal;

import dev.offload.TaskState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are WORKING and those that FAILED, linked through their runs, so that listing them
 * costs what the list is long, and coming and going costs a short lock of one of a few stripes and
 * no memory.
 *
 * <p>A run stays in the stripe of the thread that made it. It goes NONE -> WORKING -> FAILED ->
 * GONE, or past any of these, and never back: a move that comes after the removal changes nothing.
 */
final class TaskIndex<I> {
  private static final int STRIPES = 16;
  private static final byte NONE = 0;
  private static final byte WORKING = 1;
  private static final byte FAILED = 2;
  private static final byte GONE = 3;

  private final List<Stripe<I>> stripes = new ArrayList<>(STRIPES);

  TaskIndex() {
    for (int i = 0; i < STRIPES; i++) {
      stripes.add(new Stripe<>());
    }
  }

  static byte stripeOfThread() {
    return (byte) (System.identityHashCode(Thread.currentThread()) & (STRIPES - 1));
  }

  void addWorking(TaskRun<I> run) {
    stripes.get(run.stripe).move(run, WORKING);
  }

  void moveToFailed(TaskRun<I> run) {
    stripes.get(run.stripe).move(run, FAILED);
  }

  void remove(TaskRun<I> run) {
    stripes.get(run.stripe).move(run, GONE);
  }

  int count(TaskState state) {
    int sum = 0;
    for (Stripe<I> stripe : stripes) {
      sum += stripe.count(listOf(state));
    }
    return sum;
  }

  /** The ids in a list; each that was in it all the time, and perhaps others that came or went. */
  List<I> ids(TaskState state) {
    List<I> ids = new ArrayList<>(count(state));
    for (Stripe<I> stripe : stripes) {
      stripe.addTo(ids, listOf(state));
    }
    return ids;
  }

  private static byte listOf(TaskState state) {
    return state == TaskState.FAILED ? FAILED : WORKING;
  }

  private static final class Stripe<I> {
    private @Nullable TaskRun<I> working;
    private @Nullable TaskRun<I> failed;
    private int workingCount;
    private int failedCount;

    synchronized void move(TaskRun<I> run, byte to) {
      if (run.list >= to) {
        return;
      }
      if (run.list != NONE) {
        unlink(run);
      }
      run.list = to;
      if (to != GONE) {
        link(run);
      }
    }

    private void link(TaskRun<I> run) {
      TaskRun<I> first = run.list == WORKING ? working : failed;
      run.next = first;
      if (first != null) {
        first.previous = run;
      }
      setFirst(run.list, run, 1);
    }

    private void unlink(TaskRun<I> run) {
      TaskRun<I> before = run.previous;
      TaskRun<I> after = run.next;
      if (after != null) {
        after.previous = before;
      }
      if (before != null) {
        before.next = after;
        setFirst(run.list, run.list == WORKING ? working : failed, -1);
      } else {
        setFirst(run.list, after, -1);
      }
      run.previous = null;
      run.next = null;
    }

    private void setFirst(byte list, @Nullable TaskRun<I> first, int change) {
      if (list == WORKING) {
        working = first;
        workingCount += change;
      } else {
        failed = first;
        failedCount += change;
      }
    }

    synchronized int count(byte list) {
      return list == WORKING ? workingCount : failedCount;
    }

    synchronized void addTo(List<I> ids, byte list) {
      TaskRun<I> run = list == WORKING ? working : failed;
      for (; run != null; run = run.next) {
        if (list == FAILED || (run.begun && run.isOpen())) {
          ids.add(run.id);
        }
      }
    }
  }
}
