package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.limits.PermitPool;
import dev.offload.coroutines.internal.limits.PermitPool.Hold;
import dev.offload.coroutines.internal.limits.Ticket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the nodes that cannot make progress: all except those which can be shown, step by step, to
 * make progress. Guarded by {@link WaitGraph#LOCK}.
 */
final class HeldUp {
  /**
   * What the first node depends on; each before its own dependencies, as far as there is no cycle.
   */
  private final Set<WaitNode> met = new LinkedHashSet<>();

  static Set<WaitNode> with(WaitNode first) {
    HeldUp found = new HeldUp();
    found.met.add(first);
    found.meetAll(first);
    found.takeOut();
    return found.met;
  }

  private void meetAll(WaitNode first) {
    ArrayDeque<WaitNode> open = new ArrayDeque<>();
    for (WaitNode node = first; node != null; node = open.poll()) {
      WaitSearch.eachBlocker(node, (blocker, by) -> meet(blocker, open));
      for (PermitPool pool : lacked(node)) {
        if (pool.isAsleep()) {
          for (Hold hold = pool.firstTop; hold != null; hold = hold.nextTop) {
            meet(Admission.jobOf(hold.ticket).node(), open);
          }
        }
      }
    }
  }

  private void meet(WaitNode node, ArrayDeque<WaitNode> open) {
    if (met.add(node)) {
      open.add(node);
    }
  }

  private void takeOut() {
    List<WaitNode> last = new ArrayList<>(met);
    Collections.reverse(last);
    while (last.removeIf(node -> goesOn(node) && met.remove(node))) {
      // those that depend on them may make progress, too
    }
  }

  private boolean goesOn(WaitNode node) {
    boolean[] heldUp = {false};
    WaitSearch.eachBlocker(node, (blocker, by) -> heldUp[0] |= met.contains(blocker));
    if (heldUp[0]) {
      return false;
    }
    for (PermitPool pool : lacked(node)) {
      if (allMet(pool)) { // none of them works: it would make progress
        return false;
      }
    }
    return true;
  }

  private boolean allMet(PermitPool pool) {
    for (Hold hold = pool.firstTop; hold != null; hold = hold.nextTop) {
      if (!met.contains(Admission.jobOf(hold.ticket).node())) {
        return false;
      }
    }
    return true;
  }

  private static List<PermitPool> lacked(WaitNode node) {
    Ticket ticket = Admission.queued(node);
    return ticket == null ? List.of() : ticket.lane.allFull();
  }
}
