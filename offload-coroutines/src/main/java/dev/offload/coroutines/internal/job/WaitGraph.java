package dev.offload.coroutines.internal.job;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.job.WaitEdge.Part;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom, among the jobs of all managers of this JVM.
 *
 * <p>One lock guards all waits of bodies and, with {@link Admission}, all permits: the consequences
 * of a wait are found in the step that begins it, whichever manager it leads to. Jobs without a
 * limit that no body waits for never take the lock, and no foreign code runs under it.
 *
 * <p>The edges are: from a job to what its body waits for (stored, see {@link WaitEdge}); from a
 * scope to its members; from a successor to its predecessors (both looked up). A scope lists only
 * those members that can be on a path to anything: jobs that wait or are queued, and child scopes
 * that contain such.
 *
 * <p>A wait is refused if it would close a cycle. The search proceeds from both ends, the smaller
 * one first: backward from the waiting body, and forward from what it waits for. A body that nobody
 * waits for, or a job that waits for nothing, ends the search at once; extending a chain at either
 * end costs one step, and joining two parts costs about the smaller of them.
 *
 * <p>The waits of a body that is being cancelled do not count, for the cancel ends them. Those that
 * remain after it was asked to stop start to count, see {@link #comeToCount}; if one closes a
 * cycle, a wait of that cycle is ended by {@link OffloadCycleException}.
 */
public final class WaitGraph {
  static final Object LOCK = new Object();

  private WaitGraph() {}

  /**
   * Records that {@code waiting} begins to wait, and lends its permits to what is queued. If there
   * is nothing left to wait for, or the body has ended, nothing is recorded. The caller has to call
   * {@link WaitEdge#letGo()} soon, and then to close the returned wait.
   *
   * @throws OffloadCycleException if it would wait for itself; then nothing is recorded
   */
  public static WaitEdge begin(JobCell<?> waiting, WaitTarget target) {
    return begin(waiting, target, () -> false, /* must= */ false);
  }

  /**
   * Like {@link #begin}, for a wait that is over when a coroutine is cancelled.
   *
   * @param isCancelled whether it is; code of the coroutine library
   */
  public static WaitEdge begin(JobCell<?> waiting, WaitTarget target, BooleanSupplier isCancelled) {
    return begin(waiting, target, isCancelled, /* must= */ false);
  }

  /**
   * Like {@link #begin}, for a wait that cannot be given up: if it closes a cycle, another wait of
   * the cycle is ended by the exception.
   */
  public static WaitEdge beginAnyway(JobCell<?> waiting, WaitTarget target) {
    return begin(waiting, target, () -> false, /* must= */ true);
  }

  private static WaitEdge begin(
      JobCell<?> waiting, WaitTarget target, BooleanSupplier isCancelled, boolean must) {
    AdmissionStep step = new AdmissionStep();
    WaitEdge wait;
    List<String> circle = null;
    synchronized (LOCK) {
      WaitNode from = waiting.node();
      wait = new WaitEdge(from, isCancelled, must);
      if (!waiting.hasEnded()) {
        target.eachPart((to, untilEnd, lease) -> link(new Part(wait, to, untilEnd, lease)));
        relist(from);
      }
      if (wait.first != null && waiting.waitsCount()) {
        CircleSearch meeting = new CircleSearch(from, wait);
        if (meeting.closesCircle() && !must) {
          circle = path(from, wait);
          unlink(wait);
        } else {
          if (meeting.closesCircle()) {
            refuseOthers(from, step);
          }
          if (meeting.closesCircle() || meeting.mayLend()) {
            Admission.beganToWait(from, wait, step);
            step.settle();
          }
        }
      }
    }
    if (circle != null) {
      throw new OffloadCycleException(circle);
    }
    wait.letGoLater(step);
    return wait;
  }

  /** A cancelled body was asked to stop: the waits that it still has are there to stay. */
  static void comeToCount(JobCell<?> job) {
    WaitNode from = job.node;
    if (from == null) {
      return; // a wait that begins from now on counts from the start
    }
    AdmissionStep step = new AdmissionStep();
    synchronized (LOCK) {
      if (from.isBlocked()) {
        refuseOthers(from, step);
        for (Part part = from.firstOut; part != null; part = nextWait(part)) {
          Admission.beganToWait(from, part.wait, step);
        }
        step.settle();
      }
    }
    step.run();
  }

  static void close(WaitEdge wait) {
    synchronized (LOCK) {
      unlink(wait);
    }
  }

  /** Nothing waits for it any more, and it waits for nothing. Called under the lock. */
  static void isOver(WaitNode node) {
    for (Part part = node.firstIn; part != null; part = node.firstIn) {
      unlink(part);
    }
    for (Part part = node.firstOut; part != null; part = node.firstOut) {
      unlink(part);
    }
    if (node.isListed) {
      unlist(node);
    }
  }

  // Links. A part that is over when it is to be linked is not linked: the thread that ends its
  // target checks for the node after that, and we check after creating the node, so one of the two
  // sees the other.

  private static void link(Part part) {
    if (part.isOver()) {
      part.wait.first = part.nextOfWait();
      return;
    }
    WaitNode from = part.from();
    Part last = from.lastOut;
    part.previousOut = last;
    if (last == null) {
      from.firstOut = part;
    } else {
      last.nextOut = part;
    }
    from.lastOut = part;
    WaitNode to = part.to;
    Part first = to.firstIn;
    part.nextIn = first;
    if (first != null) {
      first.previousIn = part;
    }
    to.firstIn = part;
    to.ins++;
    if (to.scope != null) {
      to.scope.engine().scopeWaits++;
    }
    part.isLinked = true;
    if (from.outs++ == 0) {
      Admission.isBlocked(from, 1);
    }
  }

  private static void unlink(WaitEdge wait) {
    for (Part part = wait.first; part != null; part = part.nextOfWait()) {
      unlink(part);
    }
    wait.first = null;
  }

  private static void unlink(Part part) {
    if (!part.isLinked) {
      return;
    }
    part.isLinked = false;
    WaitNode from = part.from();
    Part before = part.previousOut;
    Part after = part.nextOut;
    if (before == null) {
      from.firstOut = after;
    } else {
      before.nextOut = after;
    }
    if (after == null) {
      from.lastOut = before;
    } else {
      after.previousOut = before;
    }
    WaitNode to = part.to;
    before = part.previousIn;
    after = part.nextIn;
    if (before == null) {
      to.firstIn = after;
    } else {
      before.nextIn = after;
    }
    if (after != null) {
      after.previousIn = before;
    }
    to.ins--;
    if (to.scope != null) {
      to.scope.engine().scopeWaits--;
    }
    if (--from.outs == 0) {
      Admission.isBlocked(from, -1);
      relist(from);
    }
  }

  /**
   * Lists a job with its scope, and that with its ancestors, if it is to be listed; otherwise
   * unlists it.
   */
  static void relist(WaitNode node) {
    JobCell<?> job = node.job;
    boolean listed =
        job == null || job.isWaiting() || node.isBlocked() || Admission.queued(node) != null;
    if (listed == node.isListed) {
      return;
    }
    if (!listed) {
      unlist(node);
      return;
    }
    WaitNode member = node;
    while (!member.isListed) {
      ScopeCore owner = member.owner();
      if (owner == null) {
        return;
      }
      WaitNode above = owner.node();
      WaitNode last = above.lastMember;
      member.previousMember = last;
      if (last == null) {
        above.firstMember = member;
      } else {
        last.nextMember = member;
      }
      above.lastMember = member;
      above.members++;
      member.isListed = true;
      member = above; // it stays listed until it ends
    }
  }

  private static void unlist(WaitNode node) {
    ScopeCore owner = node.owner();
    if (owner == null) {
      return;
    }
    WaitNode above = owner.node();
    WaitNode before = node.previousMember;
    WaitNode after = node.nextMember;
    if (before == null) {
      above.firstMember = after;
    } else {
      before.nextMember = after;
    }
    if (after == null) {
      above.lastMember = before;
    } else {
      after.previousMember = before;
    }
    above.members--;
    node.previousMember = null;
    node.nextMember = null;
    node.isListed = false;
  }

  // Refusals.

  /** The kinds on the path from {@code waiting} via {@code wait} back to it. */
  private static List<String> path(WaitNode waiting, WaitEdge wait) {
    for (WaitNode met : WaitSearch.downstream(wait)) {
      if (met == waiting) {
        return kinds(waiting);
      }
    }
    return List.of(kind(waiting), kind(waiting));
  }

  /** The kinds on the path by which the last forward search reached {@code end}. */
  private static List<String> kinds(WaitNode end) {
    Deque<String> kinds = new ArrayDeque<>();
    for (WaitNode node = end; node != null; node = node.cameFrom) {
      if (node.job != null) {
        kinds.addFirst(kind(node));
      }
    }
    kinds.addFirst(kind(end));
    return List.copyOf(kinds);
  }

  private static String kind(WaitNode node) {
    return node.job == null ? "" : node.job.key().kind().name();
  }

  /**
   * Ends a wait of each cycle that contains {@code from}: the wait of {@code from} in it, or else
   * the last one that may be refused.
   */
  private static void refuseOthers(WaitNode from, AdmissionStep step) {
    for (Part part = from.firstOut; part != null; ) {
      WaitEdge refused = refusable(from, part.wait);
      if (refused == null) {
        part = nextWait(part);
      } else {
        refused.refuse(new OffloadCycleException(kinds(from)));
        unlink(refused);
        step.refused.add(refused);
        part = from.firstOut;
      }
    }
  }

  /** The first part of the next wait of the body; the parts of one wait are adjacent. */
  private static @Nullable Part nextWait(Part part) {
    Part next = part.nextOut;
    while (next != null && next.wait == part.wait) {
      next = next.nextOut;
    }
    return next;
  }

  /** The wait to refuse in a cycle through {@code wait}; null if there is none. */
  private static @Nullable WaitEdge refusable(WaitNode from, WaitEdge wait) {
    if (!WaitSearch.downstream(wait).contains(from)) {
      return null;
    }
    if (!wait.must) {
      return wait;
    }
    for (WaitNode node = from; node != null; node = node.cameFrom) {
      if (node.cameBy != null && !node.cameBy.wait.must) {
        return node.cameBy.wait;
      }
    }
    return null;
  }
}
