package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.threads.SideThreads;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What this thread has to do once everyone is notified of all ends and closings in progress on it:
 * hand over the bodies that may now start, then deliver the notifications that run on this thread.
 * Both are foreign code, and may take any time: nobody waits for this thread by then.
 *
 * <p>A section is an end of a job or of a scope, or a traversal that causes many. Sections nest;
 * what they produce is kept until the outermost has ended, and then run by a loop: first bodies,
 * since a listener that blocks must not delay a job, then notifications. While the loop runs an
 * item, no section is open: whatever the item causes is settled, notified and started before the
 * item continues, as the item may wait for it.
 *
 * <p>One exception: a body that an executor runs inside its start, and that ends there, leaves what
 * <em>its</em> end releases to the same loop. So a chain of successors that all run on the calling
 * thread needs the stack of one.
 *
 * <p>Bodies that submit bodies which run inside the submission do nest. From {@link #MOST_NESTED}
 * on, the next one is moved to another thread, or rejected if none is available: such a chain, if
 * endless, has to fail rather than hang.
 */
final class Aftermath {
  /** The maximum depth of bodies that run inside the calls that start them. */
  private static final int MOST_NESTED = 32;

  private static final ThreadLocal<Aftermath> HERE = ThreadLocal.withInitial(Aftermath::new);

  /** The number of sections open on the stack of this thread, down to the loop, if any. */
  private int sections;

  /** What these sections produced. */
  private @Nullable Loop kept;

  /** The loop this thread is running; null for most threads. */
  private @Nullable Loop running;

  /** The job whose end this thread is settling. */
  private @Nullable JobCell<?> settling;

  /** The number of starts on the stack of this thread. */
  private int depth;

  /** Under virtual time: jobs nested too deep, left to the outermost start. */
  private @Nullable Queue<JobCell<?>> tooDeep;

  private static final class Loop {
    final Queue<JobCell<?>> starts = new ArrayDeque<>(4);
    final Queue<Runnable> news = new ArrayDeque<>(4);
    @Nullable JobCell<?> starting;
  }

  private Aftermath() {}

  /** Opens a section, to be closed by {@link #exit}. */
  static Aftermath enter() {
    Aftermath here = HERE.get();
    here.sections++;
    return here;
  }

  /** Sets the job whose end this thread is settling; null for none. Returns the previous one. */
  @Nullable JobCell<?> settle(@Nullable JobCell<?> job) {
    JobCell<?> before = settling;
    settling = job;
    return before;
  }

  static boolean isSettling(JobCell<?> job) {
    return HERE.get().settling == job;
  }

  /** Keeps bodies to be started. */
  void start(Collection<JobCell<?>> jobs) {
    if (!jobs.isEmpty()) {
      kept().starts.addAll(jobs);
    }
  }

  /** Keeps a notification. */
  void tell(Runnable news) {
    kept().news.add(news);
  }

  /** Posts a notification for the listener; keeps it if it would be delivered on this thread. */
  void post(Engine engine, Runnable news) {
    if (engine.side.inPlace()) {
      tell(news);
    } else {
      engine.listener.post(news);
    }
  }

  private Loop kept() {
    Loop now = kept;
    if (now == null) {
      now = new Loop();
      kept = now;
    }
    return now;
  }

  /** Closes a section; the outermost one runs what was kept. */
  void exit() {
    exit(null);
  }

  /**
   * Like {@link #exit()}.
   *
   * @param ended the job whose end the section was
   */
  void exit(@Nullable JobCell<?> ended) {
    if (--sections > 0) {
      return;
    }
    Loop taken = kept;
    if (taken == null) {
      return;
    }
    kept = null;
    Loop outer = running;
    if (outer != null && ended != null && outer.starting == ended) {
      outer.starts.addAll(taken.starts);
      outer.news.addAll(taken.news);
      return;
    }
    running = taken;
    try {
      run(taken);
    } finally {
      running = outer;
    }
  }

  private void run(Loop loop) {
    while (true) {
      JobCell<?> next = loop.starts.poll();
      loop.starting = next;
      if (next != null) {
        startHere(next);
        continue;
      }
      Runnable news = loop.news.poll();
      if (news == null) {
        return;
      }
      SideThreads.guarded(news);
    }
  }

  /** Starts a job that was submitted. */
  static void startNow(JobCell<?> job) {
    HERE.get().startHere(job);
  }

  private void startHere(JobCell<?> job) {
    if (depth >= MOST_NESTED) {
      startElsewhere(job);
      return;
    }
    depth++;
    try {
      job.start();
      if (depth == 1) {
        startTooDeep();
      }
    } finally {
      depth--;
    }
  }

  private void startElsewhere(JobCell<?> job) {
    SideThreads side = job.scope().engine().side;
    if (side.inPlace()) {
      if (tooDeep == null) {
        tooDeep = new ArrayDeque<>();
      }
      tooDeep.add(job);
    } else if (side.starts.isFull()) {
      job.refuse(
          new RejectedExecutionException(
              "bodies that run inside the call that starts them are nested too deep; use an"
                  + " executor or dispatcher with threads of its own"));
    } else {
      side.starts.run(() -> startNow(job));
    }
  }

  private void startTooDeep() {
    while (tooDeep != null) {
      JobCell<?> next = tooDeep.poll();
      if (next == null) {
        tooDeep = null;
        return;
      }
      next.start();
    }
  }
}
