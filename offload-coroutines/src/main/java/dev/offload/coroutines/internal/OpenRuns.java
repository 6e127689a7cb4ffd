package dev.offload.coroutines.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runs that are open, on a lock-free stack linked through the runs themselves. Nobody takes a
 * run out when it is decided: it is passed over by those who look, and unlinked by a later {@link
 * #sweep()}.
 *
 * <p>No open run is lost. The head moves to a new run, or past one that is decided, by CAS. Links
 * are written without one: a link only ever moves past runs that are decided, and that is for ever,
 * so racing sweeps may leave a decided run linked for a while, but never unlink an open one. A
 * reader needs no fence either: whatever a link leads to was pushed before the run it is read from,
 * and so before the head that the reader came by. An unlinked run keeps its link, and who stands on
 * it still reaches all that is older.
 */
final class OpenRuns<I> {
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(OpenRuns.class, "head", TaskRun.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int LEAST_SWEEP = 64;

  @SuppressWarnings("FieldMayBeFinal") // written through HEAD
  private volatile @Nullable TaskRun<I> head;

  /**
   * How many more runs may be decided before the next sweep. A hint: lost updates only shift it.
   */
  private int untilSweep = LEAST_SWEEP;

  /** Adds a run that is open. Once. */
  void push(TaskRun<I> run) {
    TaskRun<I> top;
    do {
      top = head;
      run.older = top;
    } while (!HEAD.compareAndSet(this, top, run));
  }

  /** Counts a run that was decided. */
  void decided() {
    if (--untilSweep <= 0) {
      // As many ends as runs are left pay for the next walk, so an end costs O(1) on average.
      untilSweep = Math.max(LEAST_SWEEP, sweep());
    }
  }

  /** Adds the ids of the open runs. */
  void addTo(List<I> ids) {
    for (TaskRun<I> run = head; run != null; run = run.older) {
      if (run.isOpen()) {
        ids.add(run.id);
      }
    }
  }

  /** Unlinks what is decided; answers how many are left. */
  private int sweep() {
    TaskRun<I> top = head;
    TaskRun<I> kept = firstOpen(top);
    if (kept != top) {
      HEAD.compareAndSet(this, top, kept); // else there is a newer one, and the next sweep does it
    }
    int left = 0;
    while (kept != null) {
      left++;
      TaskRun<I> below = firstOpen(kept.older);
      kept.older = below;
      kept = below;
    }
    return left;
  }

  private static <I> @Nullable TaskRun<I> firstOpen(@Nullable TaskRun<I> from) {
    TaskRun<I> run = from;
    while (run != null && !run.isOpen()) {
      run = run.older;
    }
    return run;
  }
}
