package dev.offload.benchmarks.report;

import dev.offload.benchmarks.report.Results.Measured;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The library's cost as a multiple of a peer's: the median of the rounds, with the least and the
 * greatest of them. In each round the two ran one after the other, on the same machine and JVM.
 *
 * @param workload what was done
 * @param peer the peer's method
 * @param median the median of the rounds' ratios
 * @param least the least of them
 * @param greatest the greatest of them
 * @param cpu the median of the rounds' ratios of processor time, or NaN
 * @param ours the least cost of the library in all rounds
 * @param peers that of the peer
 * @param cpuOurs the median of the rounds' processor times of the library, or NaN
 * @param cpuPeers that of the peer
 * @param allocatedOurs bytes the library allocates per operation, or NaN
 * @param allocatedPeers those of the peer
 */
public record Ratio(
    Workload workload,
    String peer,
    double median,
    double least,
    double greatest,
    double cpu,
    double ours,
    double peers,
    double cpuOurs,
    double cpuPeers,
    double allocatedOurs,
    double allocatedPeers) {
  private static final double GUARD = 2;
  private static final int PERCENT = 100;

  /** All ratios for which there are results. */
  public static List<Ratio> of(Results results, List<Workload> workloads) {
    List<Ratio> ratios = new ArrayList<>();
    for (Workload workload : workloads) {
      List<Measured> ours = results.of(workload, Workload.OURS);
      for (String peer : results.peers(workload)) {
        if (!ours.isEmpty()) {
          ratios.add(of(workload, peer, ours, results.of(workload, peer)));
        }
      }
    }
    return ratios;
  }

  private static Ratio of(
      Workload workload, String peer, List<Measured> ours, List<Measured> peers) {
    List<Double> ratios = sorted(ours, peers, Measured::least);
    return new Ratio(
        workload,
        peer,
        median(ratios),
        ratios.get(0),
        ratios.get(ratios.size() - 1),
        median(sorted(ours, peers, Measured::cpu)),
        least(ours),
        least(peers),
        cpu(ours),
        cpu(peers),
        ours.get(0).allocated(),
        peers.get(0).allocated());
  }

  private static List<Double> sorted(
      List<Measured> ours, List<Measured> peers, ToDoubleFunction<Measured> cost) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < Math.min(ours.size(), peers.size()); round++) {
      ratios.add(cost.applyAsDouble(ours.get(round)) / cost.applyAsDouble(peers.get(round)));
    }
    Collections.sort(ratios);
    return ratios;
  }

  private static double cpu(List<Measured> rounds) {
    return median(rounds.stream().map(Measured::cpu).sorted().toList());
  }

  private static double median(List<Double> sorted) {
    int count = sorted.size();
    return (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
  }

  private static double least(List<Measured> rounds) {
    return rounds.stream().mapToDouble(Measured::least).min().orElse(Double.NaN);
  }

  /** How many times the peer's cost the library's may be; null if that is only reported. */
  public @Nullable Double target() {
    return workload.target(peer);
  }

  /** Whether the target is met, or there is none. */
  public boolean meetsTarget() {
    Double target = target();
    return target == null || median <= target;
  }

  /** Whether the target is met, and if not, by how much it is missed; empty if there is none. */
  String verdict() {
    Double target = target();
    if (target == null) {
      return "";
    }
    return meetsTarget()
        ? "met"
        : Table.format("missed by %.0f %%", Math.ceil(PERCENT * (median / target - 1)));
  }

  /**
   * Whether it is so far from its target that something must be broken. Time and processor time
   * have to agree, since a loaded machine may spoil the first, and threads that spin the second.
   */
  public boolean failsGuard() {
    Double target = target();
    return target != null && median > GUARD * target && (Double.isNaN(cpu) || cpu > GUARD * target);
  }
}
