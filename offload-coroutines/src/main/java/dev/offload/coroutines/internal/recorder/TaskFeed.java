package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.threads.Log;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Notifies watchers of events, in the order in which these were {@link #add added}.
 *
 * <p>Adding is done under a lock and so runs no foreign code; delivery follows it, by one thread at
 * a time: a thread that finds another one delivering leaves the work to that one ({@link #toTell}
 * counts what came in meanwhile), so an event is delivered by the time the count is back at zero.
 *
 * @param <I> the type of the ids
 */
public final class TaskFeed<I> {
  @SuppressWarnings("rawtypes")
  private static final AtomicIntegerFieldUpdater<TaskFeed> BROKE_OFF =
      AtomicIntegerFieldUpdater.newUpdater(TaskFeed.class, "brokeOff");

  private final CopyOnWriteArrayList<Watcher<I>> watchers = new CopyOnWriteArrayList<>();

  /** Steps for all, and {@link Look}s for one. */
  private final Queue<Object> events = new ConcurrentLinkedQueue<>();

  private final AtomicInteger toTell = new AtomicInteger();

  /** One if the delivering thread could not continue: the next one does. */
  private volatile int brokeOff;

  /** Whether there are watchers; read by each step of each task. Written under their lock. */
  private volatile boolean isOn;

  /** A receiver of events. */
  public interface Watcher<I> {

    /** Receives an event, or counts it as missed; must neither block nor throw. */
    void offer(TaskEvent<I> event);
  }

  /** What one watcher finds at this point among the steps; at the end of its look, no id. */
  private record Look<I>(TaskViewer<I> viewer, @Nullable I id, TaskState state) {
    void tell() {
      if (id == null) {
        viewer.hasLooked();
      } else {
        viewer.saw(id, state);
      }
    }
  }

  /** Notifies {@code watcher} from now on. */
  public void watch(Watcher<I> watcher) {
    tell(); // events added when the last watcher was about to leave are not for later ones
    synchronized (watchers) {
      watchers.add(watcher);
      isOn = true;
    }
  }

  /** Stops notifying {@code watcher}. */
  public void leave(Watcher<I> watcher) {
    synchronized (watchers) {
      watchers.remove(watcher);
      isOn = !watchers.isEmpty();
    }
  }

  boolean isOn() {
    return isOn;
  }

  void add(I id, TaskState from, TaskState to) {
    events.add(new TaskEvent.Moved<>(id, from, to, Instant.now()));
  }

  /** Adds what one watcher sees of a task; the task's lock is held. */
  void addLook(TaskViewer<I> viewer, I id, TaskState state) {
    events.add(new Look<>(viewer, id, state));
  }

  /** Adds that a watcher has looked at all tasks. */
  void addEndOfLook(TaskViewer<I> viewer) {
    events.add(new Look<>(viewer, null, TaskState.NOT_FOUND));
  }

  void tell() {
    int seen = toTell.getAndIncrement();
    if (seen != 0 && (brokeOff == 0 || !BROKE_OFF.compareAndSet(this, 1, 0))) {
      return;
    }
    try {
      seen++;
      do {
        for (Object event = events.poll(); event != null; event = events.poll()) {
          tell(event);
        }
        seen = toTell.addAndGet(-seen);
      } while (seen != 0);
    } catch (Throwable e) { // from the JVM: no stack, not even for a call
      brokeOff = 1;
      throw e;
    }
  }

  private void tell(Object event) {
    if (event instanceof Look<?> look) {
      guarded(look::tell);
      return;
    }
    @SuppressWarnings("unchecked") // the only other type
    TaskEvent<I> step = (TaskEvent<I>) event;
    for (Watcher<I> watcher : watchers) {
      guarded(() -> watcher.offer(step));
    }
  }

  private static void guarded(Runnable offer) {
    try {
      offer.run();
    } catch (Throwable e) { // e.g. its executor rejected it; the others must be notified
      Log.warn("a watcher of tasks threw", e);
    }
  }
}
