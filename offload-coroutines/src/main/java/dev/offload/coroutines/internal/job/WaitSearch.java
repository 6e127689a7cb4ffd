package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.job.WaitEdge.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Searches along waits, over all edges that count. Guarded by {@link WaitGraph#LOCK}; a search
 * marks the nodes it meets with its number, so that it meets each once.
 */
final class WaitSearch {
  /** The number of the last search. */
  static long searches;

  private WaitSearch() {}

  // Neighbours, by edges that count.

  /** Whether the waiting body cannot continue. */
  static boolean counts(Part part) {
    JobCell<?> waiting = part.from().job;
    return waiting != null && waiting.waitsCount() && !part.isOver();
  }

  /** Passes on what {@code node} waits for, and by which part. */
  static void eachBlocker(WaitNode node, Blockers to) {
    JobCell<?> job = node.job;
    if (job == null) {
      for (WaitNode member = node.firstMember; member != null; member = member.nextMember) {
        to.add(member, null);
      }
    } else if (job.isWaiting()) {
      job.eachPredecessor(predecessor -> to.add(predecessor.node(), null));
    } else {
      for (Part part = node.firstOut; part != null; part = part.nextOut) {
        if (counts(part)) {
          to.add(part.to, part);
        }
      }
    }
  }

  /** Receives what a node waits for. */
  interface Blockers {
    void add(WaitNode blocker, @Nullable Part by);
  }

  static void eachWaiter(WaitNode node, Consumer<WaitNode> to) {
    for (Part part = node.firstIn; part != null; part = part.nextIn) {
      if (counts(part)) {
        to.accept(part.from());
      }
    }
    eachWaiterBesides(node, to);
  }

  /** Everything that waits for it other than by a wait of a body. */
  private static void eachWaiterBesides(WaitNode node, Consumer<WaitNode> to) {
    if (node.job != null) {
      JobCell<?> successor = node.job.successor();
      if (successor != null) {
        to.accept(successor.node());
      }
    }
    // The end of a scope waits for all its members.
    for (ScopeCore owner = ownerIfAwaited(node); owner != null; owner = owner.parent()) {
      WaitNode scope = owner.nodeIfAny();
      if (scope != null) {
        to.accept(scope);
        return;
      }
    }
  }

  private static @Nullable ScopeCore ownerIfAwaited(WaitNode node) {
    ScopeCore owner = node.owner();
    return owner == null || owner.engine().scopeWaits == 0 ? null : owner;
  }

  /** Whether anything waits for the node, judging by its adjacent edges. */
  static boolean isAwaited(WaitNode node) {
    return node.ins > 0
        || ownerIfAwaited(node) != null
        || (node.job != null && node.job.successor() != null);
  }

  // Searches.

  /**
   * Visits what waits for {@code start}, directly or indirectly, while {@code goOn} returns true.
   * Returns whether all were visited.
   */
  static boolean upstream(WaitNode start, Predicate<WaitNode> goOn) {
    return new Walk(/* forward= */ false).from(start, goOn);
  }

  /** Like {@link #upstream}, for what {@code start} waits for; what is visited may be started. */
  static boolean downstream(WaitNode start, Predicate<WaitNode> goOn) {
    return new Walk(/* forward= */ true).from(start, goOn);
  }

  /** All that the wait leads to, the nearest first. */
  static List<WaitNode> downstream(WaitEdge wait) {
    List<WaitNode> met = new ArrayList<>();
    long search = ++searches;
    eachPart(wait, part -> meetForward(part.to, search, null, part, met));
    for (int i = 0; i < met.size(); i++) {
      WaitNode node = met.get(i);
      eachBlocker(node, (blocker, by) -> meetForward(blocker, search, node, by, met));
    }
    return met;
  }

  static void eachPart(WaitEdge wait, Consumer<Part> to) {
    for (Part part = wait.first; part != null; part = part.nextOfWait()) {
      if (part.isLinked && !part.isOver()) {
        to.accept(part);
      }
    }
  }

  private static void meetForward(
      WaitNode node, long search, @Nullable WaitNode from, @Nullable Part by, List<WaitNode> met) {
    if (node.metForward != search) {
      node.metForward = search;
      node.cameFrom = from;
      node.cameBy = by;
      met.add(node);
    }
  }

  /**
   * A depth-first traversal that examines each edge only when it takes it: its cost is that of the
   * nodes visited, regardless of their other edges.
   */
  private static final class Walk {
    private final boolean forward;
    private final long search = ++searches;

    /** Where to continue: a part or a member leads to those after it. */
    private final Deque<Object> open = new ArrayDeque<>();

    Walk(boolean forward) {
      this.forward = forward;
    }

    boolean from(WaitNode start, Predicate<WaitNode> goOn) {
      meet(start);
      openAround(start);
      for (WaitNode node = next(); node != null; node = next()) {
        if (meet(node)) {
          if (!goOn.test(node)) {
            return false;
          }
          openAround(node);
        }
      }
      return true;
    }

    private boolean meet(WaitNode node) {
      if ((forward ? node.metForward : node.metBackward) == search) {
        return false;
      }
      if (forward) {
        node.metForward = search;
      } else {
        node.metBackward = search;
      }
      return true;
    }

    private @Nullable WaitNode next() {
      while (true) {
        Object next = open.poll();
        if (next instanceof Part part) {
          open(forward ? part.nextOut : part.nextIn);
          if (counts(part)) {
            return forward ? part.to : part.from();
          }
        } else if (next instanceof Member member) {
          WaitNode after = member.node.nextMember;
          open(after == null ? null : new Member(after));
          return member.node;
        } else {
          return (WaitNode) next;
        }
      }
    }

    private void open(@Nullable Object next) {
      if (next != null) {
        open.push(next);
      }
    }

    private void openAround(WaitNode node) {
      if (forward) {
        openBlockers(node);
      } else {
        eachWaiterBesides(node, this::open);
        open(node.firstIn);
      }
    }

    private void openBlockers(WaitNode node) {
      JobCell<?> job = node.job;
      if (job == null) {
        WaitNode first = node.firstMember;
        open(first == null ? null : new Member(first));
      } else if (job.isWaiting()) {
        job.eachPredecessor(predecessor -> open(predecessor.node()));
      } else {
        open(node.firstOut);
      }
    }

    private record Member(WaitNode node) {}
  }
}
