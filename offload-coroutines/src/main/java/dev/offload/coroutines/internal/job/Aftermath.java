package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.threads.SideThreads;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What this thread has to do when the ends and closings it is at are all told: hand over the bodies
 * that these let go, then tell what is told in place. Both are foreign, and may take as long as
 * they like: nobody waits for this thread by then.
 *
 * <p>A section is an end of a job or of a scope, or a walk that brings about many. Sections nest;
 * what comes up in them is kept until the outermost has ended, and then run by a loop: first
 * bodies, since a listener that blocks must not hold up a job, then news. While the loop runs
 * something, no section is open: what that brings about is settled, told and started before it goes
 * on, as it may wait for it.
 *
 * <p>One exception: a body that an executor runs inside its start, and that ends there, leaves what
 * <em>it</em> lets go to the same loop. So a chain of successors that are all run in place needs
 * the stack of one.
 *
 * <p>Bodies that submit bodies that run inside the submission do nest. From {@link #MOST_NESTED}
 * on, the next one is moved to another thread, or refused if there is none to be had: without end,
 * such a chain has to fail and not to hang.
 */
final class Aftermath {
  /** How deep bodies may run inside the calls that start them. */
  private static final int MOST_NESTED = 32;

  private static final ThreadLocal<Aftermath> HERE = ThreadLocal.withInitial(Aftermath::new);

  /** How many sections are open on the stack of this thread, down to the loop, if there is one. */
  private int sections;

  /** What came up in them. */
  private @Nullable Loop kept;

  /** What this thread is at; null for most. */
  private @Nullable Loop running;

  /** The job whose end this thread settles at the moment. */
  private @Nullable JobCell<?> settling;

  /** How many starts are on the stack of this thread. */
  private int depth;

  /** Where time is virtual: what was too deep, for the outermost start to go on with. */
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

  /** Notes what job's end is settled by this thread; null for none. Answers what it was before. */
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

  /** Keeps a piece of news. */
  void tell(Runnable news) {
    kept().news.add(news);
  }

  /** Posts news for the listener; where that would be told in place, keeps it. */
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
   * As {@link #exit()}.
   *
   * @param ended whose end the section was
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
