package dev.offload.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.benchmarks.jobs.JoinInFlight;
import dev.offload.benchmarks.recorder.AskState;
import dev.offload.benchmarks.request.WholeRequest;
import dev.offload.benchmarks.settings.TimeLimits;
import dev.offload.benchmarks.threads.UniqueKeys;
import dev.offload.benchmarks.waitmap.WaitByKey;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * What the report asks for is there: the benchmark, its parameters, and each peer with a target.
 */
class WorkloadsTest {
  private static final String WEIGHED = "P8";
  private static final List<Class<?>> ONE_OF_EACH_PACKAGE =
      List.of(
          JoinInFlight.class,
          AskState.class,
          WholeRequest.class,
          TimeLimits.class,
          UniqueKeys.class,
          WaitByKey.class);

  static List<Workload> measured() {
    return Workloads.all().stream().filter(each -> !each.row().equals(WEIGHED)).toList();
  }

  @ParameterizedTest
  @MethodSource("measured")
  void aBenchmarkHasTheParametersAndThePeers(Workload workload) {
    Class<?> benchmark = benchmark(workload.benchmark());
    Set<String> sides =
        Arrays.stream(benchmark.getMethods())
            .filter(method -> method.isAnnotationPresent(Benchmark.class))
            .map(Method::getName)
            .collect(Collectors.toSet());
    assertTrue(sides.contains(Workload.OURS), sides.toString());
    assertTrue(sides.containsAll(workload.targets().keySet()), sides.toString());
    Map<String, Set<String>> params = params(benchmark);
    assertEquals(workload.params().keySet(), params.keySet());
    workload.params().forEach((name, value) -> assertTrue(params.get(name).contains(value)));
    assertEquals(params.containsKey("threads"), sides.contains(Workload.ONE_THREAD));
  }

  private static Class<?> benchmark(String name) {
    return ONE_OF_EACH_PACKAGE.stream()
        .flatMap(each -> named(each.getPackageName() + "." + name))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<Class<?>> named(String name) {
    try {
      return Stream.of(Class.forName(name));
    } catch (ClassNotFoundException e) {
      return Stream.empty();
    }
  }

  /** Of the class, and of the states in it. */
  private static Map<String, Set<String>> params(Class<?> benchmark) {
    return Stream.concat(Stream.of(benchmark), Arrays.stream(benchmark.getClasses()))
        .flatMap(type -> Arrays.stream(type.getFields()))
        .filter(field -> field.isAnnotationPresent(Param.class))
        .collect(
            Collectors.toMap(
                Field::getName,
                field -> Set.of(field.getAnnotation(Param.class).value()),
                WorkloadsTest::both));
  }

  private static Set<String> both(Set<String> some, Set<String> others) {
    Set<String> both = new HashSet<>(some);
    both.addAll(others);
    return both;
  }
}
