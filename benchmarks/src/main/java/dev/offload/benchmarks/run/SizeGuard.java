package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which sizes are worth their time. What grows with the square of its size takes an hour at
 * a size at which what grows in proportion takes a second; that it does grow so is seen before.
 */
final class SizeGuard {
  /** Above this, in seconds of processor time, one invocation is not waited for. */
  private static final double MOST = 10;

  private static final double NANOS = 1e9;

  private final Map<String, Seen> seen = new HashMap<>();

  /**
   * What is known of a case.
   *
   * @param size the greatest one that was tried
   * @param seconds of processor time, for one invocation at that size; infinite if it was given up
   * @param power with which the time grew up to that size, at least 1
   */
  private record Seen(int size, double seconds, double power) {}

  /** Why a workload should be left out, if it should. */
  Optional<String> objection(Workload next) {
    Seen before = seen.get(caseOf(next));
    if (before == null) {
      return Optional.empty();
    }
    if (Double.isInfinite(before.seconds())) {
      return Optional.of(
          String.format(Locale.ROOT, "n = %,d did not come to its end", before.size()));
    }
    double growth = Math.pow((double) next.size() / before.size(), before.power());
    return before.seconds() * growth <= MOST
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "n = %,d took %.2f s, and it would take %.0f s",
                before.size(),
                before.seconds(),
                before.seconds() * growth));
  }

  /** Notes the processor time that a workload of the library took for each of its elements. */
  void took(Workload workload, double nanosPerElement) {
    double seconds = nanosPerElement * workload.size() / NANOS;
    Seen before = seen.get(caseOf(workload));
    double power =
        before == null
            ? 1
            : Math.log(seconds / before.seconds())
                / Math.log((double) workload.size() / before.size());
    seen.put(caseOf(workload), new Seen(workload.size(), seconds, Math.max(1, power)));
  }

  /** Notes that a workload failed or was given up. */
  void gaveUp(Workload workload) {
    seen.put(caseOf(workload), new Seen(workload.size(), Double.POSITIVE_INFINITY, 1));
  }

  private static String caseOf(Workload workload) {
    return workload.row() + workload.what();
  }
}
