package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.job.Placement.How;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The jobs under each key. The only writer of the map and of {@link JobCell#older}.
 *
 * <p>The map holds the newest job of a key; {@code older} links lead to the others. Nearly always
 * there is one job and no link: it is added and removed by one atomic map operation. All other
 * changes happen inside {@code compute}, which holds the map's lock for the key; only code of this
 * package runs there (and {@code equals} of ids).
 *
 * <p>A job waits exactly as long as an older job is linked below it: either because that one is
 * being cancelled, or because the newcomer is to run next. A successor is linked behind its
 * predecessors in the same {@code compute} that marks it as waiting, and each predecessor is
 * unlinked in a {@code compute} that looks for a waiting job with nothing older left. One of the
 * two comes second and sees the other, so no successor is lost. At most one job of a key waits: a
 * submission that finds a waiting job joins it, is rejected, or cancels it; a submission that may
 * run concurrently is placed above it, and does not wait.
 *
 * <p>Readers take no lock. An unlinked job keeps its link, so a reader that is at it still reaches
 * all older jobs.
 *
 * <p>The jobs of a recorder are in a separate map, its {@link Section}. The id of a key alone
 * determines its map, so all of the above holds for each map. A section is reachable from its
 * recorder and from its keys; once it is unreachable, its map stays empty, and is removed when
 * another section is created.
 */
final class Registry {
  final ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest;

  /** Replaced under the lock of this object. */
  private volatile List<Part> parts = List.of();

  /** The map of a section, as long as the section is reachable. */
  private record Part(
      WeakReference<Section> section, ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest) {}

  /** Creates an empty registry with an initial capacity for {@code jobs} jobs. */
  Registry(int jobs) {
    this.newest = new ConcurrentHashMap<>(jobs);
  }

  /** Creates a section without jobs. */
  synchronized Section section() {
    List<Part> kept = new ArrayList<>(parts);
    kept.removeIf(part -> part.section.refersTo(null));
    Section section = new Section(this, new ConcurrentHashMap<>());
    kept.add(new Part(new WeakReference<>(section), section.newest));
    parts = List.copyOf(kept);
    return section;
  }

  /** The number of sections kept. */
  int sections() {
    return parts.size();
  }

  private ConcurrentHashMap<OffloadKey<?>, JobCell<?>> mapOf(OffloadKey<?> key) {
    TaskId task = TaskId.of(key);
    return task != null && task.section().isOf(this) ? task.section().newest : newest;
  }

  /** The result for a newcomer whose key was not free, or that is under a limit. */
  static final class Conflict {
    How how = How.STARTED;

    /** Whether the newcomer waits for earlier jobs under its key to end. */
    boolean waits;

    @Nullable JobCell<?> joined;

    /**
     * If the queue is full: a job under the key that has ended and is about to release its permits.
     */
    @Nullable JobCell<?> ending;

    /** What remains to be done for the jobs that were cancelled. */
    final List<Runnable> cancelled = new ArrayList<>(1);
  }

  /** The newest job under the key that can be joined, or null. */
  @Nullable JobCell<?> live(OffloadKey<?> key) {
    return live(mapOf(key).get(key));
  }

  /** Like {@link #live}, for a job that does not belong to a recorder. */
  @Nullable JobCell<?> liveJob(OffloadKey<?> key) {
    return live(newest.get(key));
  }

  private static @Nullable JobCell<?> live(@Nullable JobCell<?> from) {
    JobCell<?> job = from;
    while (job != null && job.isDecided()) {
      job = job.older;
    }
    return job;
  }

  /**
   * The newest job under the key whose end was not published, preferably one that can be joined, or
   * null.
   */
  @Nullable JobCell<?> find(OffloadKey<?> key) {
    ConcurrentHashMap<OffloadKey<?>, JobCell<?>> map = mapOf(key);
    @Nullable JobCell<?>[] found = new JobCell<?>[1];
    for (; ; ) {
      JobCell<?> head = map.get(key);
      JobCell<?> live = live(head);
      if (live != null || head == null) {
        return live;
      }
      // Wait until jobs that have ended are removed. One still present may have been cancelled by a
      // newcomer that is not linked yet: look again with the key locked.
      for (JobCell<?> job = head; job != null; job = job.older) {
        job.awaitTold();
      }
      boolean isFree =
          map.computeIfPresent(
                  key,
                  (k, locked) -> {
                    found[0] = liveOrDying(locked);
                    return locked;
                  })
              == null;
      if (isFree || found[0] != null) {
        return found[0];
      }
    }
  }

  private static @Nullable JobCell<?> liveOrDying(JobCell<?> head) {
    JobCell<?> live = live(head);
    if (live != null) {
      return live;
    }
    JobCell<?> job = head;
    while (job != null && job.hasEnded()) {
      job = job.older;
    }
    return job;
  }

  /** Cancels all jobs under the key; true if that had any effect. */
  boolean cancel(OffloadKey<?> key, CancelReason reason) {
    ConcurrentHashMap<OffloadKey<?>, JobCell<?>> map = mapOf(key);
    JobCell<?> head = map.get(key);
    for (; ; ) {
      boolean changed = false;
      for (JobCell<?> job = head; job != null; job = job.older) {
        changed |= job.cancel(reason);
      }
      if (changed || head == null) {
        return changed;
      }
      // As in find().
      JobCell<?> locked = map.computeIfPresent(key, (k, current) -> current);
      if (locked == head) {
        return false;
      }
      head = locked;
    }
  }

  /**
   * All jobs: contains each job that was placed before this call and has not been removed, even if
   * its body has ended and its callers are about to be notified.
   */
  List<JobCell<?>> all() {
    List<JobCell<?>> jobs = new ArrayList<>();
    forEach(jobs::add);
    return jobs;
  }

  /** Visits all jobs under the key, with the guarantee of {@link #all()}. */
  void forEach(OffloadKey<?> key, Consumer<JobCell<?>> action) {
    for (JobCell<?> job = mapOf(key).get(key); job != null; job = job.older) {
      action.accept(job);
    }
  }

  /** Visits all jobs, with the guarantee of {@link #all()}. */
  void forEach(Consumer<JobCell<?>> action) {
    forEach(newest, action);
    for (Part part : parts) {
      forEach(part.newest, action);
    }
  }

  private static void forEach(
      ConcurrentHashMap<OffloadKey<?>, JobCell<?>> map, Consumer<JobCell<?>> action) {
    for (JobCell<?> head : map.values()) {
      for (JobCell<?> job = head; job != null; job = job.older) {
        action.accept(job);
      }
    }
  }

  /** Places the job if there is no other under its key. */
  boolean placeIfFree(JobCell<?> newcomer) {
    return mapOf(newcomer.key()).putIfAbsent(newcomer.key(), newcomer) == null;
  }

  /** Places the job according to the policy. */
  Conflict place(JobCell<?> newcomer, ConflictPolicy policy) {
    Conflict result = new Conflict();
    mapOf(newcomer.key())
        .compute(newcomer.key(), (key, head) -> place(newcomer, policy, head, result));
    return result;
  }

  private static @Nullable JobCell<?> place(
      JobCell<?> newcomer, ConflictPolicy policy, @Nullable JobCell<?> head, Conflict result) {
    if (policy == ConflictPolicy.JOIN || policy == ConflictPolicy.REJECT) {
      for (JobCell<?> job = live(head); job != null; job = live(job)) {
        if (policy == ConflictPolicy.REJECT) {
          result.how = How.KEY_IN_FLIGHT;
          return head;
        }
        if (job.tryJoin()) {
          result.how = How.JOINED;
          result.joined = job;
          return head;
        }
      }
    }
    if (policy == ConflictPolicy.NEXT) {
      for (JobCell<?> job = live(head); job != null; job = live(job.older)) {
        if (job.tryJoinUnbegun()) {
          result.how = How.JOINED;
          result.joined = job;
          return head;
        }
      }
    }
    // Only now: a joining submission never takes anything from a limit, not even for a moment.
    boolean replaces = policy == ConflictPolicy.REPLACE;
    boolean succeeds = head != null && policy != ConflictPolicy.ALLOW;
    if (!newcomer.reserve(succeeds, replaces && isUnstarted(live(head)))) {
      result.how = How.QUEUE_FULL;
      result.ending = head != null && head.hasEnded() ? head : null;
      return head;
    }
    if (head == null) {
      return newcomer;
    }
    for (JobCell<?> job = replaces ? live(head) : null; job != null; job = live(job.older)) {
      cancelForReplacement(job, result);
    }
    newcomer.shareKey(head.key());
    JobCell<?> waiting = waitingFrom(head);
    if (waiting != null) {
      newcomer.placedAbove(waiting);
    }
    newcomer.older = head;
    head.newer = newcomer;
    if (succeeds) {
      newcomer.waitForPredecessors();
      result.waits = true;
      result.how = result.cancelled.isEmpty() ? How.STARTED : How.REPLACED;
    }
    return newcomer;
  }

  /**
   * Whether there is a job that, if replaced, releases its place in the queue, though a moment
   * later.
   */
  private static boolean isUnstarted(@Nullable JobCell<?> job) {
    return job != null && !job.hasBegun();
  }

  private static void cancelForReplacement(JobCell<?> job, Conflict result) {
    Decision decision = job.decideCancel(CancelReason.REPLACED);
    if (decision.cancels()) {
      result.cancelled.add(() -> job.cancelDecided(decision, null));
    }
  }

  /**
   * Removes a job that has ended, without calling its id. Returns the job that may start now, or
   * null.
   */
  @Nullable JobCell<?> remove(JobCell<?> job) {
    ConcurrentHashMap<OffloadKey<?>, JobCell<?>> map = mapOf(job.key());
    EntryOf entry = new EntryOf(job.key());
    if (job.older == null && map.remove(entry, job)) {
      return null;
    }
    @Nullable JobCell<?>[] startable = new JobCell<?>[1];
    entries(map).computeIfPresent(entry, (key, head) -> unlink(head, job, startable));
    return startable[0];
  }

  @SuppressWarnings("unchecked") // a lookup key may have any type
  private static ConcurrentHashMap<Object, JobCell<?>> entries(ConcurrentHashMap<?, ?> map) {
    return (ConcurrentHashMap<Object, JobCell<?>>) map;
  }

  /** The job that waits for this one (and perhaps for others), or null. Does not call ids. */
  @Nullable JobCell<?> successor(JobCell<?> job) {
    JobCell<?> head = entries(mapOf(job.key())).get(new EntryOf(job.key()));
    JobCell<?> waiting = head == null ? null : waitingFrom(head);
    return waiting == job || waiting == job.waitingBelow() ? null : waiting;
  }

  /**
   * The waiting job of the key, or null. Each job placed above it since then refers to it: it was
   * the head then, or the head referred to it.
   */
  private static @Nullable JobCell<?> waitingFrom(JobCell<?> head) {
    JobCell<?> waiting = head.isWaiting() ? head : head.waitingBelow();
    return waiting != null && waiting.isWaiting() ? waiting : null;
  }

  /**
   * Finds an entry by the identity of its key: the map calls {@code equals} on the argument, so no
   * code of ids runs. All jobs of an entry share its key.
   */
  private record EntryOf(OffloadKey<?> key) {
    @Override
    public int hashCode() {
      return Objects.hashCode(key);
    }

    @Override
    @SuppressWarnings({
      "EqualsWrongThing",
      "ReferenceEquality"
    }) // only compared with keys of entries
    public boolean equals(@Nullable Object other) {
      return other == key;
    }
  }

  /** Unlinks the job, and checks whether the job that is now the oldest is waiting. */
  private static @Nullable JobCell<?> unlink(
      JobCell<?> head, JobCell<?> job, @Nullable JobCell<?>[] startable) {
    JobCell<?> older = job.older;
    JobCell<?> newer = job.newer;
    if (head != job && newer == null) {
      startable[0] = oldestIfWaiting(head); // unlinked before, and what followed failed
      return head;
    }
    if (older != null) {
      older.newer = newer;
    } else if (newer != null && newer.isWaiting()) {
      startable[0] = newer;
    }
    job.newer = null;
    if (newer == null) {
      return older;
    }
    newer.older = older;
    return head;
  }

  private static @Nullable JobCell<?> oldestIfWaiting(JobCell<?> head) {
    JobCell<?> oldest = head;
    while (oldest.older != null) {
      oldest = oldest.older;
    }
    return oldest.isWaiting() ? oldest : null;
  }
}
