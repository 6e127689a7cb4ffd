package dev.offload.benchmarks.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.benchmarks.report.Workload;
import dev.offload.benchmarks.report.Workloads;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Each case that the report asks for is there, takes its parameters, and comes to its end. */
class GrowthCasesTest {
  private static final String FEW = "50";

  static List<Workload> cases() {
    int least = Workloads.SIZES.get(0);
    return Workloads.growth().stream().filter(workload -> workload.size() == least).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void oursAndThePeerEndTwice(Workload workload) throws ReflectiveOperationException {
    Class<?> type = Class.forName(OfSize.class.getPackageName() + "." + workload.benchmark());
    Object benchmark = type.getDeclaredConstructor().newInstance();
    for (Map.Entry<String, String> param : workload.params().entrySet()) {
      set(benchmark, type.getField(param.getKey()), param.getValue());
    }
    set(benchmark, type.getField("n"), FEW);
    for (Method method : type.getMethods()) {
      if (method.isAnnotationPresent(Setup.class)) {
        method.invoke(benchmark);
      }
    }
    List<Method> sides =
        Arrays.stream(type.getMethods())
            .filter(method -> method.isAnnotationPresent(Benchmark.class))
            .toList();
    assertEquals(2, sides.size());
    for (Method side : sides) {
      side.invoke(benchmark);
      side.invoke(benchmark); // the next invocation finds nothing of the one before
    }
  }

  private static void set(Object benchmark, Field field, String value)
      throws IllegalAccessException {
    if (field.getType() == int.class) {
      field.setInt(benchmark, Integer.parseInt(value));
    } else if (field.getType() == boolean.class) {
      field.setBoolean(benchmark, Boolean.parseBoolean(value));
    } else {
      field.set(benchmark, Order.valueOf(value));
    }
  }
}
