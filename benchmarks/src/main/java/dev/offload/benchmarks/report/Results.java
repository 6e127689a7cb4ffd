package dev.offload.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured on one JVM, in files of the form in which JMH writes its results, one for each
 * round.
 *
 * <p>Of a round of a benchmark only the least of its many short iterations counts: other work on
 * the machine can only add to a cost.
 */
public final class Results {
  private static final String ALLOCATED = "gc.alloc.rate.norm";
  private static final String CPU = "cpu.time.norm";

  private final Map<String, List<Measured>> byName = new TreeMap<>();

  /**
   * One round of one benchmark.
   *
   * @param least nanoseconds, or bytes, per operation
   * @param cpu nanoseconds of processor time per operation, of all threads; NaN if not measured
   * @param allocated bytes per operation, NaN if that was not measured
   */
  record Measured(double least, double cpu, double allocated) {}

  /** Reads all results in a directory. */
  public static Results read(Path directory) throws IOException {
    Results results = new Results();
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files = listed.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      results.add(Files.readString(file));
    }
    return results;
  }

  /** Adds what one file holds. */
  void add(String json) {
    for (JsonNode result : JsonMapper.shared().readTree(json)) {
      JsonNode metric = result.get("primaryMetric");
      JsonNode others = result.path("secondaryMetrics");
      JsonNode allocated = others.path(ALLOCATED).path("score");
      byName
          .computeIfAbsent(nameOf(result), name -> new ArrayList<>())
          .add(
              new Measured(
                  least(metric),
                  others.path(CPU).path("score").asDouble(Double.NaN),
                  allocated.isNumber() ? allocated.asDouble() : Double.NaN));
    }
  }

  private static double least(JsonNode metric) {
    double least = Double.NaN;
    for (JsonNode fork : metric.path("rawData")) {
      for (JsonNode iteration : fork) {
        least = Double.isNaN(least) ? iteration.asDouble() : Math.min(least, iteration.asDouble());
      }
    }
    return least;
  }

  private static String nameOf(JsonNode result) {
    String[] parts = result.get("benchmark").asString().split("\\.", -1);
    Map<String, String> params = new TreeMap<>();
    for (Map.Entry<String, JsonNode> param : result.path("params").properties()) {
      params.put(param.getKey(), param.getValue().asString());
    }
    return name(parts[parts.length - 2], params, parts[parts.length - 1]);
  }

  private static String name(String benchmark, Map<String, String> params, String method) {
    return benchmark + new TreeMap<>(params) + method;
  }

  /** The rounds of one method of a workload; empty if there were none. */
  List<Measured> of(Workload workload, String method) {
    return byName.getOrDefault(
        name(workload.benchmark(), workload.params(), method), List.<Measured>of());
  }

  /** The methods of a workload that are not the library. */
  List<String> peers(Workload workload) {
    String start = name(workload.benchmark(), workload.params(), "");
    return byName.keySet().stream()
        .filter(name -> name.startsWith(start))
        .map(name -> name.substring(start.length()))
        .filter(method -> !method.equals(Workload.OURS))
        .toList();
  }
}
