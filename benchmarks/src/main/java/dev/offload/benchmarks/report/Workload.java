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
 * @param target how many times the peer's cost the library's may be; null if that is only reported
 * @param quick whether it belongs to the quick mode, too
 */
public record Workload(
    String row,
    String what,
    String benchmark,
    Map<String, String> params,
    @Nullable Double target,
    boolean quick) {
  /** The method that is the library. */
  public static final String OURS = "offload";

  /** The parameter of benchmarks that are run with several numbers of elements. */
  private static final String SIZE = "n";

  /** How many elements an invocation works on, if that is a parameter; else 1. */
  public int size() {
    return Integer.parseInt(params.getOrDefault(SIZE, "1"));
  }

  /** The same work with another number of elements. */
  Workload ofSize(int size) {
    Map<String, String> sized = new TreeMap<>(params);
    sized.put(SIZE, Integer.toString(size));
    return new Workload(row, what, benchmark, sized, target, quick);
  }

  /** The benchmark with its parameters, for logs. */
  public String label() {
    return params.isEmpty() ? benchmark : benchmark + params;
  }
}
