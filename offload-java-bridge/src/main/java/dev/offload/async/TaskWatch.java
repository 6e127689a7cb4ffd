package dev.offload.async;

import dev.offload.TaskEvent;
import dev.offload.coroutines.internal.recorder.RecorderCore;
import dev.offload.coroutines.internal.recorder.TaskFeed;
import dev.offload.coroutines.internal.recorder.TaskViewer;
import dev.offload.coroutines.internal.threads.Log;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to the events of an {@link AsyncTaskRecorder}, until it is closed.
 *
 * @since 0.1
 */
public final class TaskWatch implements AutoCloseable {
  private final Runnable leave;

  private TaskWatch(Runnable leave) {
    this.leave = leave;
  }

  static <I> TaskWatch ofSteps(
      TaskFeed<I> feed, Executor executor, int capacity, Consumer<? super TaskEvent<I>> consumer) {
    Buffer<I> buffer = new Buffer<>(executor, capacity, consumer);
    feed.watch(buffer);
    return new TaskWatch(
        () -> {
          feed.leave(buffer);
          buffer.close();
        });
  }

  static <I> TaskWatch ofView(
      RecorderCore<I, ?> core,
      Executor executor,
      int capacity,
      Consumer<? super TaskEvent<I>> consumer) {
    View<I> view = new View<>(core, executor, capacity, consumer);
    view.begin();
    return new TaskWatch(view::close);
  }

  /**
   * Ends the watch: no more events are delivered, except one whose delivery is in progress. Does
   * not wait. Idempotent.
   */
  @Override
  public void close() {
    leave.run();
  }

  /**
   * A watcher that gets a snapshot first, and a new one if it missed something: each from a
   * separate subscription, one at a time.
   */
  private static final class View<I> {
    private final RecorderCore<I, ?> core;
    private final Executor executor;
    private final int capacity;
    private final Consumer<? super TaskEvent<I>> consumer;

    private @Nullable Subscription<I> current;
    private boolean closed;

    View(
        RecorderCore<I, ?> core,
        Executor executor,
        int capacity,
        Consumer<? super TaskEvent<I>> consumer) {
      this.core = core;
      this.executor = executor;
      this.capacity = capacity;
      this.consumer = consumer;
    }

    /**
     * This calls methods of ids, so no lock is held: it may be closed, or have missed something and
     * started again, before this returns.
     */
    void begin() {
      Subscription<I> next = new Subscription<>(this);
      replace(next);
      next.begin();
      if (!isCurrent(next)) {
        next.end();
      }
    }

    private synchronized void replace(Subscription<I> next) {
      current = next;
    }

    private synchronized boolean isCurrent(Subscription<I> one) {
      return !closed && current == one;
    }

    void close() {
      Subscription<I> last = closeNow();
      if (last != null) {
        last.end();
      }
    }

    private synchronized @Nullable Subscription<I> closeNow() {
      closed = true;
      return current;
    }
  }

  /** From one snapshot to the first missed event. */
  private static final class Subscription<I> {
    private final View<I> view;
    private final Buffer<I> buffer;
    private final TaskViewer<I> viewer;

    Subscription(View<I> view) {
      this.view = view;
      this.buffer = new Buffer<>(view.executor, view.capacity, this::tell);
      this.viewer = new TaskViewer<>(buffer);
    }

    void begin() {
      view.core.view(viewer);
    }

    void end() {
      view.core.feed().leave(viewer);
      buffer.close();
    }

    private void tell(TaskEvent<I> event) {
      if (event instanceof TaskEvent.Snapshot) {
        view.consumer.accept(viewer.snapshot());
      } else if (event instanceof TaskEvent.Missed) {
        end();
        view.begin();
      } else {
        view.consumer.accept(event);
      }
    }
  }

  /**
   * Undelivered events, oldest first. When it is full, the end of the queue counts what is dropped;
   * so the queue is never longer than twice its capacity.
   *
   * <p>The lock guards the fields only. One thread at a time delivers.
   *
   * <pre>
   *  from     to       by
   *  -------  -------  ----------------------------------------------------------------
   *  AT_REST  SENT     an offer, which then sends a thread
   *  SENT     SENT     another offer, if sending failed: that thread is taken for lost
   *  SENT     TELLING  the thread that comes first, of those sent
   *  TELLING  AT_REST  the same, when nothing is left
   *  TELLING  SENT     an offer, if the thread broke off
   * </pre>
   *
   * <p>That a thread could not be sent, or broke off, is recorded by a plain write: there may be no
   * stack left to take the lock. What is left is delivered with the next event.
   */
  private static final class Buffer<I> implements TaskFeed.Watcher<I>, Runnable {
    private final Executor executor;
    private final int capacity;
    private final Consumer<? super TaskEvent<I>> consumer;

    private final Deque<TaskEvent<I>> events = new ArrayDeque<>();
    private int buffered;
    private State state = State.AT_REST;
    private boolean closed;

    /** While SENT: whether the thread that was sent may not come. */
    private volatile boolean sendingFailed;

    /** While TELLING: whether the delivering thread is gone. */
    private volatile boolean brokeOff;

    private enum State {
      AT_REST,
      SENT,
      TELLING
    }

    Buffer(Executor executor, int capacity, Consumer<? super TaskEvent<I>> consumer) {
      this.executor = executor;
      this.capacity = capacity;
      this.consumer = consumer;
    }

    @Override
    public void offer(TaskEvent<I> event) {
      if (add(event)) {
        try {
          executor.execute(this);
        } catch (Throwable e) {
          sendingFailed = true;
          throw e;
        }
      }
    }

    /** True if a thread is to be sent. */
    private synchronized boolean add(TaskEvent<I> event) {
      if (closed) {
        return false;
      }
      if (buffered < capacity) {
        events.add(event);
        buffered++;
      } else if (events.peekLast() instanceof TaskEvent.Missed<I> missed) {
        events.removeLast();
        events.add(new TaskEvent.Missed<>(missed.count() + 1));
      } else {
        events.add(new TaskEvent.Missed<>(1));
      }
      boolean nobodyTells =
          switch (state) {
            case AT_REST -> true;
            case SENT -> sendingFailed;
            case TELLING -> brokeOff;
          };
      if (nobodyTells) {
        state = State.SENT;
        sendingFailed = false;
        brokeOff = false;
      }
      return nobodyTells;
    }

    /** False for a thread that arrives although it was considered lost. */
    private synchronized boolean begin() {
      boolean isFirst = state == State.SENT;
      if (isFirst) {
        state = State.TELLING;
      }
      return isFirst;
    }

    private synchronized @Nullable TaskEvent<I> next() {
      TaskEvent<I> event = events.poll();
      if (event == null) {
        state = State.AT_REST;
      } else if (!(event instanceof TaskEvent.Missed)) {
        buffered--;
      }
      return event;
    }

    synchronized void close() {
      closed = true;
      events.clear();
    }

    @Override
    public void run() {
      if (!begin()) {
        return;
      }
      try {
        for (TaskEvent<I> event = next(); event != null; event = next()) {
          tell(event);
        }
      } catch (Throwable e) {
        brokeOff = true;
        throw e;
      }
    }

    private void tell(TaskEvent<I> event) {
      try {
        consumer.accept(event);
      } catch (Throwable e) { // of the user; the next event may still be delivered
        Log.warn("a watcher of tasks threw", e);
      }
    }
  }
}
