package dev.offload.coroutines.internal.job;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Searches whether the target of a wait leads back to the waiting body: from both ends, until they
 * meet or one of them is exhausted. That end alone often shows that there are no consequences for
 * permits, either: if no node there holds a permit that is lacked, or is queued for one. Guarded by
 * {@link WaitGraph#LOCK}.
 */
final class CircleSearch {
  private final long search = ++WaitSearch.searches;
  private final Deque<WaitNode> forward = new ArrayDeque<>();
  private final Deque<WaitNode> backward = new ArrayDeque<>();
  private boolean closesCircle;
  private boolean someoneIsQueued;
  private boolean someoneMayLend;

  CircleSearch(WaitNode waiting, WaitEdge wait) {
    meetBackward(waiting);
    WaitSearch.eachPart(wait, part -> meetForward(part.to));
    long spentForward = 0;
    long spentBackward = 0;
    while (!closesCircle && !forward.isEmpty() && !backward.isEmpty()) {
      WaitNode next = forward.getFirst();
      WaitNode last = backward.getFirst();
      if (spentForward + next.outs + next.members <= spentBackward + last.ins) {
        spentForward += 1L + next.outs + next.members;
        WaitSearch.eachBlocker(forward.remove(), (blocker, by) -> meetForward(blocker));
      } else {
        spentBackward += 1L + last.ins;
        WaitSearch.eachWaiter(backward.remove(), this::meetBackward);
      }
    }
  }

  private void meetForward(WaitNode node) {
    closesCircle |= node.metBackward == search;
    if (node.metForward != search) {
      node.metForward = search;
      someoneIsQueued |= Admission.queued(node) != null;
      forward.add(node);
    }
  }

  private void meetBackward(WaitNode node) {
    closesCircle |= node.metForward == search;
    if (node.metBackward != search) {
      node.metBackward = search;
      someoneMayLend |= Admission.holdsWhatIsLacked(node);
      backward.add(node);
    }
  }

  /** Whether the wait would close a cycle. */
  boolean closesCircle() {
    return closesCircle;
  }

  /** False if nothing that waits through this wait can have permits for anything it leads to. */
  boolean mayLend() {
    return forward.isEmpty() ? someoneIsQueued : someoneMayLend;
  }
}
