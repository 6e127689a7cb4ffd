package dev.offload.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.benchmarks.report.Workload;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.Options;

class ForksTest {
  private static final Workload ONE = workload("UniqueKeys", "1");
  private static final Workload TWO = workload("UniqueKeys", "2");

  @Test
  void severalThreadsAreToldToJmhAndOneIsAPeerOfThem() {
    Options both = Forks.of(TWO, Mode.QUICK).build();
    Options alone = Forks.ofOneThread(TWO, Mode.QUICK).build();
    assertEquals(List.of("UniqueKeys.offload", "UniqueKeys.async"), chosen(both));
    assertEquals(List.of("UniqueKeys.oneThread"), chosen(alone));
    assertEquals(2, both.getThreads().get());
    assertEquals(1, alone.getThreads().get());
    assertEquals(List.of("2"), List.copyOf(alone.getParameter("threads").get()));
  }

  @Test
  void oneThreadIsNoPeerOfItself() {
    Options options = Forks.of(ONE, Mode.QUICK).build();
    assertEquals(List.of("UniqueKeys.offload", "UniqueKeys.async"), chosen(options));
    assertEquals(1, options.getThreads().get());
  }

  @Test
  void whatNeedsVirtualThreadsRunsWhereThereAreSome() {
    List<String> sides = chosen(Forks.of(workload("WholeRequest", "1"), Mode.QUICK).build());
    assertEquals(Machine.hasVirtualThreads(), sides.contains("WholeRequest.virtualThreads"));
  }

  @Test
  void whatSettlesLateWarmsUpLonger() {
    assertEquals(Mode.QUICK.warmups, warmups("UniqueKeys"));
    assertEquals(3 * Mode.QUICK.warmups, warmups("WholeRequest"));
  }

  private static int warmups(String benchmark) {
    return Forks.of(workload(benchmark, "1"), Mode.QUICK).build().getWarmupIterations().get();
  }

  private static Workload workload(String benchmark, String threads) {
    return new Workload("P0", "work", benchmark, Map.of("threads", threads), Map.of(), true);
  }

  /** Of some benchmarks, those that JMH would run. */
  private static List<String> chosen(Options options) {
    return List.of(
            "UniqueKeys.offload",
            "UniqueKeys.async",
            "UniqueKeys.oneThread",
            "UniqueKey.offload",
            "WholeRequest.offload",
            "WholeRequest.virtualThreads")
        .stream()
        .filter(name -> found(options.getIncludes(), name) && !found(options.getExcludes(), name))
        .toList();
  }

  private static boolean found(Collection<String> patterns, String name) {
    return patterns.stream()
        .anyMatch(pattern -> Pattern.compile(pattern).matcher("packages." + name).find());
  }
}
