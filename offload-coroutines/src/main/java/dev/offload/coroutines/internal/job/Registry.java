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
 * Which jobs each key has: the only writer of the map and of {@link JobCell#older}.
 *
 * <p>The map holds the newest job of a key; {@code older} links lead to the others. Nearly always
 * there is one job and no link: it is put and removed by one atomic map operation. All other
 * changes happen inside {@code compute}, which holds the map's lock for the key; only code of this
 * package runs there (and {@code equals} of ids).
 *
 * <p>A job waits exactly while something older than it is linked: because that is being cancelled,
 * or because the newcomer is to be the next. A successor is linked behind its predecessors in the
 * same {@code compute} that marks it as waiting, and each predecessor is unlinked in a {@code
 * compute} that looks for a waiting job with nothing older left: one of the two comes second and
 * sees the other, so no successor is forgotten. At most one job of a key waits: a submission that
 * finds a waiting job joins it, is refused, or cancels it; one that is allowed beside the others is
 * placed above it, and does not wait.
 *
 * <p>Readers take no lock. An unlinked job keeps its link, so a reader standing on it still reaches
 * all that is older.
 *
 * <p>The jobs of a recorder are in a map of their own, its {@link Section}. A key's id alone tells
 * which map it belongs to, so all of the above holds for each map. A section is reachable from its
 * recorder and from its keys; once it is not, its map is empty for ever, and forgotten when another
 * section is made.
 */
final class Registry {
  final ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest;

  /** Replaced under the lock of this object. */
  private volatile List<Part> parts = List.of();

  /** The map of a section, as long as somebody can use it. */
  private record Part(
      WeakReference<Section> section, ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest) {}

  /** Makes an empty one, with room for so many jobs at first. */
  Registry(int jobs) {
    this.newest = new ConcurrentHashMap<>(jobs);
  }

  /** Makes a section that has no jobs. */
  synchronized Section section() {
    List<Part> kept = new ArrayList<>(parts);
    kept.removeIf(part -> part.section.refersTo(null));
    Section section = new Section(this, new ConcurrentHashMap<>());
    kept.add(new Part(new WeakReference<>(section), section.newest));
    parts = List.copyOf(kept);
    return section;
  }

  /** How many sections are kept. */
  int sections() {
    return parts.size();
  }

  private ConcurrentHashMap<OffloadKey<?>, JobCell<?>> mapOf(OffloadKey<?> key) {
    TaskId task = TaskId.of(key);
    return task != null && task.section().isOf(this) ? task.section().newest : newest;
  }

  /** What became of a newcomer whose key was not free, or that is under a limit. */
  static final class Conflict {
    How how = How.STARTED;

    /** Whether the newcomer waits for jobs under its key to end. */
    boolean waits;

    @Nullable JobCell<?> joined;

    /**
     * If the queue is full: a job under the key that has ended, and is about to give its permits
     * back.
     */
    @Nullable JobCell<?> ending;

    /** What is left to do about the jobs that were cancelled. */
    final List<Runnable> cancelled = new ArrayList<>(1);
  }

  /** The newest job under the key that can be joined, or null. */
  @Nullable JobCell<?> live(OffloadKey<?> key) {
    return live(mapOf(key).get(key));
  }

  /** As {@link #live}, for a job that is not of a recorder. */
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
   * The newest job under the key whose end was not told, one that can be joined if there is any, or
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
      // What has ended leaves now; what is there may have been cancelled by a newcomer that is not
      // linked yet: look again with the key locked.
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

  /** Cancels all jobs under the key; true if that changed anything. */
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
      // As in find.
      JobCell<?> locked = map.computeIfPresent(key, (k, current) -> current);
      if (locked == head) {
        return false;
      }
      head = locked;
    }
  }

  /**
   * All jobs: each that was placed before this call and is not taken out yet is among them, also
   * one whose body has ended and whose callers are about to be told.
   */
  List<JobCell<?>> all() {
    List<JobCell<?>> jobs = new ArrayList<>();
    forEach(jobs::add);
    return jobs;
  }

  /** Visits all jobs under the key, as {@link #all()}. */
  void forEach(OffloadKey<?> key, Consumer<JobCell<?>> action) {
    for (JobCell<?> job = mapOf(key).get(key); job != null; job = job.older) {
      action.accept(job);
    }
  }

  /** Visits all jobs, as {@link #all()}. */
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

  /** Places the job if no other is under its key. */
  boolean placeIfFree(JobCell<?> newcomer) {
    return mapOf(newcomer.key()).putIfAbsent(newcomer.key(), newcomer) == null;
  }

  /** Places the job as the policy says. */
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
    // Only now: who joins takes nothing of a limit, not for a moment.
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

  /** Whether a job is in flight that gives its place back, though a moment later, if replaced. */
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
   * Takes out a job that has ended, without a question to its id. Answers the job that may start
   * now, or null.
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

  @SuppressWarnings("unchecked") // what is only looked for may be of any type
  private static ConcurrentHashMap<Object, JobCell<?>> entries(ConcurrentHashMap<?, ?> map) {
    return (ConcurrentHashMap<Object, JobCell<?>>) map;
  }

  /** The job that waits for this one, among others perhaps; or null. Asks no id. */
  @Nullable JobCell<?> successor(JobCell<?> job) {
    JobCell<?> head = entries(mapOf(job.key())).get(new EntryOf(job.key()));
    JobCell<?> waiting = head == null ? null : waitingFrom(head);
    return waiting == job || waiting == job.waitingBelow() ? null : waiting;
  }

  /**
   * The job of the key that waits, or null. Each that was placed above it since knows it: that one
   * was the head, or the head knew it.
   */
  private static @Nullable JobCell<?> waitingFrom(JobCell<?> head) {
    JobCell<?> waiting = head.isWaiting() ? head : head.waitingBelow();
    return waiting != null && waiting.isWaiting() ? waiting : null;
  }

  /**
   * Finds an entry by the very key that is in it: the map asks what it is given whether it equals,
   * and so no code of ids runs. All jobs of an entry have its key.
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
    }) // asked about keys of entries alone
    public boolean equals(@Nullable Object other) {
      return other == key;
    }
  }

  /** Takes the job out, and finds out whether what is the oldest by that waits. */
  private static @Nullable JobCell<?> unlink(
      JobCell<?> head, JobCell<?> job, @Nullable JobCell<?>[] startable) {
    JobCell<?> older = job.older;
    JobCell<?> newer = job.newer;
    if (head != job && newer == null) {
      startable[0] = oldestIfWaiting(head); // it is out already, and what followed has failed
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
