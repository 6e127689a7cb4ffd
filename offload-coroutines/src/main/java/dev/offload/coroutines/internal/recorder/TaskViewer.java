package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskEvent;
import dev.offload.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A watcher that first receives the current state, and then the changes, without a gap between the
 * two.
 *
 * <p>It watches, and then {@linkplain TaskStates#look looks} at each task: what it finds is added
 * to the feed, among the steps, with the lock of that task held; last comes a mark. What the feed
 * delivers before the mark makes the snapshot, what it delivers later is passed on as it is. So for
 * each id, the snapshot has the state after its last step before the mark: if the feed delivered
 * anything about it, the last event says so. If not, it made no step since the watch began, and was
 * not there to be looked at: it was neither WORKING nor FAILED.
 *
 * <pre>
 *  looked  set by                 what comes from the feed
 *  ------  ---------------------  -----------------------------------------------
 *  false                          is collected
 *  true    the mark, in the feed  is passed on; what was collected is not changed
 * </pre>
 *
 * <p>The feed delivers by one thread at a time, which calls no ids: so the snapshot is assembled by
 * the thread that takes it.
 *
 * @param <I> the type of the ids
 */
public final class TaskViewer<I> implements TaskFeed.Watcher<I> {
  private final TaskFeed.Watcher<I> to;
  private final List<TaskEvent.Moved<I>> collected = new ArrayList<>();
  private boolean looked;

  /**
   * Creates a viewer that has not looked.
   *
   * @param to receives an empty snapshot, to be replaced by {@link #snapshot()}, and then steps
   */
  public TaskViewer(TaskFeed.Watcher<I> to) {
    this.to = to;
  }

  @Override
  public void offer(TaskEvent<I> event) {
    if (looked) {
      to.offer(event);
    } else if (event instanceof TaskEvent.Moved<I> moved) {
      collected.add(moved);
    }
  }

  /** The state of one task at this point in the feed. */
  void saw(I id, TaskState state) {
    offer(new TaskEvent.Moved<>(id, state, state, Instant.EPOCH));
  }

  /** All tasks were looked at. */
  void hasLooked() {
    looked = true;
    to.offer(new TaskEvent.Snapshot<>(Set.of(), Set.of()));
  }

  /** The state found by the look; called by the receiver once it is notified that it is ready. */
  public TaskEvent.Snapshot<I> snapshot() {
    Set<I> working = new HashSet<>();
    Set<I> failed = new HashSet<>();
    for (TaskEvent.Moved<I> last : collected) {
      move(working, last, TaskState.WORKING);
      move(failed, last, TaskState.FAILED);
    }
    return new TaskEvent.Snapshot<>(
        Collections.unmodifiableSet(working), Collections.unmodifiableSet(failed));
  }

  private static <I> void move(Set<I> in, TaskEvent.Moved<I> last, TaskState state) {
    if (last.to() == state) {
      in.add(last.id());
    } else {
      in.remove(last.id());
    }
  }
}
