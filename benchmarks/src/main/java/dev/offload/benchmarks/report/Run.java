package dev.offload.benchmarks.report;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run on one JVM.
 *
 * @param facts machine, JVM, versions, date, settings
 * @param results what was measured
 */
public record Run(Properties facts, Results results) {
  /** The name of the file with the facts. */
  public static final String FACTS = "run.properties";

  /** The fact that names the processor, and how many of its cores there are to run on. */
  public static final String PROCESSOR = "processor";

  /** The directory beside those of the other runs that holds the runs that measured growth. */
  public static final String GROWTH = "growth";

  /** Reads a run from its directory. */
  public static Run read(Path directory) throws IOException {
    Properties facts = new Properties();
    try (Reader file = Files.newBufferedReader(directory.resolve(FACTS))) {
      facts.load(file);
    }
    return new Run(facts, Results.read(directory));
  }

  /** These runs, each with the others of its machine. */
  static Map<String, List<Run>> byMachine(List<Run> runs) {
    return runs.stream()
        .collect(Collectors.groupingBy(Run::machine, LinkedHashMap::new, Collectors.toList()));
  }

  /** Reads all runs under a directory, oldest JVM first; none if there is no directory. */
  public static List<Run> readAll(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> directories;
    try (Stream<Path> listed = Files.list(directory)) {
      directories = listed.filter(each -> Files.exists(each.resolve(FACTS))).sorted().toList();
    }
    List<Run> runs = new ArrayList<>();
    for (Path each : directories) {
      runs.add(read(each));
    }
    return runs;
  }

  /** The processor it ran on and how many of its cores, by which machines are told apart. */
  public String machine() {
    return facts.getProperty(PROCESSOR, "unknown processor");
  }

  /** The JVM, short. */
  public String jdk() {
    return "JDK " + facts.getProperty("release");
  }

  List<Ratio> ratios() {
    return Ratio.of(results, Workloads.all());
  }

  /**
   * What was measured for its growth, by the case, which has a ratio for each size it was run at.
   */
  Map<String, List<Ratio>> growth() {
    Map<String, List<Ratio>> cases = new LinkedHashMap<>();
    for (Ratio ratio : Ratio.of(results, Workloads.growth())) {
      String name = ratio.workload().row() + " " + ratio.workload().what() + " / " + ratio.peer();
      cases.computeIfAbsent(name, key -> new ArrayList<>()).add(ratio);
    }
    return cases;
  }
}
