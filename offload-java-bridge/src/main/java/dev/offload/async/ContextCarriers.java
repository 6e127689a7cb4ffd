package dev.offload.async;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Carriers for widely used libraries. Each needs its library at run time, but only if it is used;
 * offload itself depends on neither.
 *
 * @since 0.1
 */
public final class ContextCarriers {
  private ContextCarriers() {}

  /**
   * Returns a carrier of SLF4J's diagnostic context ({@code org.slf4j.MDC}), so that the log lines
   * of a body have the same context as those of its submitter.
   *
   * @return the carrier
   * @throws IllegalStateException if {@code slf4j-api} is missing
   */
  public static ContextCarrier slf4jMdc() {
    return from("org.slf4j:slf4j-api", "org.slf4j", () -> Mdc.CARRIER);
  }

  /**
   * Returns a carrier of everything registered with Micrometer's context propagation: traces,
   * observations, and custom thread locals.
   *
   * @return the carrier
   * @throws IllegalStateException if {@code io.micrometer:context-propagation} is missing
   */
  public static ContextCarrier contextPropagation() {
    return from(
        "io.micrometer:context-propagation", "context.propagation", () -> Propagation.CARRIER);
  }

  private static ContextCarrier from(
      String library, String module, Supplier<ContextCarrier> carrier) {
    try {
      return carrier.get();
    } catch (NoClassDefFoundError e) {
      boolean named = ContextCarriers.class.getModule().isNamed();
      throw new IllegalStateException(
          "this carrier needs "
              + library
              + ", which is not there: add it to the dependencies"
              + (named ? ", and `requires " + module + ";` to the module" : ""),
          e);
    }
  }

  // Separate classes, so that each library is loaded only when it is used.

  private static final class Mdc {
    static final ContextCarrier CARRIER = Mdc::capture;

    static {
      MDC.getMDCAdapter(); // fails here rather than in the first submission
    }

    private static ContextCarrier.Captured capture() {
      Map<String, String> captured = MDC.getCopyOfContextMap();
      return () -> {
        Map<String, String> before = MDC.getCopyOfContextMap();
        set(captured);
        return () -> set(before);
      };
    }

    private static void set(@Nullable Map<String, String> context) {
      if (context == null) {
        MDC.clear();
      } else {
        MDC.setContextMap(context);
      }
    }
  }

  private static final class Propagation {
    /** What a pooled thread has left over from other work is not part of the context. */
    private static final ContextSnapshotFactory FACTORY =
        ContextSnapshotFactory.builder().clearMissing(true).build();

    static final ContextCarrier CARRIER = Propagation::capture;

    private static ContextCarrier.Captured capture() {
      ContextSnapshot captured = FACTORY.captureAll();
      return () -> {
        ContextSnapshot.Scope installed = captured.setThreadLocals();
        return installed::close;
      };
    }
  }
}
