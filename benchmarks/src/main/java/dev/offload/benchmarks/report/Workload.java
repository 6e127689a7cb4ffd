package dev.offload.benchmarks.report;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that is done by the library and by its peers: a line of the report for each peer.
 *
 * @param row the number of the row, as P1
 * @param what what is done, in words
 * @param benchmark the class, without its package; its method {@code offload} is the library, each
 *     other one a peer
 * @param params of the benchmark
 * @param targets by peer, how many times its cost the library's may be; those of other peers are
 *     only reported
 * @param quick whether it belongs to the quick mode, too
 */
public record Workload(
    String row,
    String what,
    String benchmark,
    Map<String, String> params,
    Map<String, Double> targets,
    boolean quick) {
  /** The method that is the library. */
  public static final String OURS = "offload";

  /**
   * The peer that is the library itself with one thread; a benchmark has it if it has the parameter
   * {@code threads}.
   */
  public static final String ONE_THREAD = "oneThread";

  /** The peer that needs a JVM with virtual threads. */
  public static final String VIRTUAL_THREADS = "virtualThreads";

  /** The parameter of benchmarks that are run with several numbers of elements. */
  private static final String SIZE = "n";

  private static final String THREADS = "threads";

  /** How many elements an invocation works on, if that is a parameter; else 1. */
  public int size() {
    return Integer.parseInt(params.getOrDefault(SIZE, "1"));
  }

  /** How many threads do the work at a time, if that is a parameter; else 1. */
  public int threads() {
    return Integer.parseInt(params.getOrDefault(THREADS, "1"));
  }

  /** How many times the cost of a peer the library's may be; null if that is only reported. */
  public @Nullable Double target(String peer) {
    return targets.get(peer);
  }

  /** The same work with another number of elements. */
  Workload ofSize(int size) {
    Map<String, String> sized = new TreeMap<>(params);
    sized.put(SIZE, Integer.toString(size));
    return new Workload(row, what, benchmark, sized, targets, quick);
  }

  /** The benchmark with its parameters, for logs. */
  public String label() {
    return params.isEmpty() ? benchmark : benchmark + new TreeMap<>(params);
  }
}
