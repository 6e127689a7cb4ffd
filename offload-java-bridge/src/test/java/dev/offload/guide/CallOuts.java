package dev.offload.guide;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The calls of the main code that reach, or may reach, code which the library did not write, as
 * found in its class files.
 *
 * <p>A method is named as in {@code JobCell.start} or {@code StageBody.Link.accept}. What is in a
 * lambda or in an anonymous class belongs to the method around it; a constructor is called {@code
 * new}, and so are initial values of fields; a static initializer {@code static}.
 *
 * <p>Not seen: what a constructor that is called does with its arguments, and what Kotlin puts into
 * a string template.
 */
final class CallOuts {
  /** One place of the main code, and what it calls. */
  record Call(String in, String target) implements Comparable<Call> {
    @Override
    public int compareTo(Call other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return in + " calls " + target;
    }
  }

  /** Methods of a type that others implement, extend, or have called by it. None named: all. */
  private record Foreign(String type, Set<String> methods) {
    boolean has(String method) {
      return methods.isEmpty() || methods.contains(method);
    }
  }

  private static Foreign all(String type) {
    return new Foreign(type, Set.of());
  }

  private static Foreign some(String type, String... methods) {
    return new Foreign(type, Set.of(methods));
  }

  private static final String OURS = "dev.offload.";

  /** The first that fits names the target. */
  private static final List<Foreign> FOREIGN =
      List.of(
          // What users implement of ours.
          all("dev.offload.spi.OffloadListener"),
          some("dev.offload.async.ContextCarrier", "capture"),
          some("dev.offload.async.ContextCarrier$Captured", "install"),
          some("dev.offload.async.ContextCarrier$Installed", "close"),
          some("dev.offload.async.OffloadTask", "run"),
          // Functions.
          some("java.lang.Runnable", "run"),
          some("java.util.concurrent.Callable", "call"),
          some("java.util.function.Supplier", "get"),
          some("java.util.function.Function", "apply"),
          some("java.util.function.Consumer", "accept"),
          some("java.util.function.BiConsumer", "accept"),
          some("java.util.function.LongSupplier", "getAsLong"),
          some("kotlin.jvm.functions.Function0", "invoke"),
          some("kotlin.jvm.functions.Function1", "invoke"),
          some("kotlin.jvm.functions.Function2", "invoke"),
          some("kotlin.jvm.functions.Function3", "invoke"),
          // Where others' code runs, and what it is stopped by.
          some("java.util.concurrent.Executor", "execute"),
          some("java.lang.Thread", "interrupt"),
          some("java.util.concurrent.CompletionStage", "whenComplete", "handle"),
          some("java.util.concurrent.CompletionStage", "toCompletableFuture"),
          some(
              "java.util.concurrent.CompletableFuture",
              "cancel",
              "complete",
              "completeAsync",
              "completeExceptionally",
              "obtrudeException",
              "obtrudeValue"),
          some("java.lang.AutoCloseable", "close"),
          // Coroutines.
          some("kotlinx.coroutines.MainCoroutineDispatcher", "getImmediate"),
          some("kotlinx.coroutines.ExecutorCoroutineDispatcher", "getExecutor"),
          some(
              "kotlinx.coroutines.CoroutineDispatcher",
              "dispatch",
              "isDispatchNeeded",
              "interceptContinuation"),
          some("kotlin.coroutines.intrinsics.IntrinsicsKt", "intercepted"),
          some("kotlinx.coroutines.CopyableThreadContextElement", "copyForChild"),
          some("kotlin.coroutines.CoroutineContext", "get", "fold", "plus", "minusKey"),
          all("kotlin.coroutines.ContinuationInterceptor"),
          some("kotlinx.coroutines.CancellableContinuation", "resumeUndispatched", "resume"),
          some("kotlin.coroutines.Continuation", "resumeWith"),
          some("kotlinx.coroutines.AbstractCoroutine", "start"),
          some("kotlinx.coroutines.BuildersKt", "launch", "withContext"),
          some("kotlinx.coroutines.TimeoutKt", "withTimeoutOrNull"),
          some("kotlinx.coroutines.Job", "cancel", "invokeOnCompletion"),
          some("kotlinx.coroutines.CompletableJob", "complete"),
          some("kotlinx.coroutines.CompletableDeferred", "complete"),
          some("kotlinx.coroutines.JobKt", "cancel"),
          some("kotlinx.coroutines.DisposableHandle", "dispose"),
          some("kotlinx.coroutines.channels.SendChannel", "trySend", "close"),
          some("kotlinx.coroutines.channels.ReceiveChannel", "cancel"),
          some("kotlinx.coroutines.flow.FlowCollector", "emit"),
          some("kotlinx.coroutines.flow.FlowKt", "emitAll"),
          // Clocks.
          all("kotlinx.coroutines.Delay"),
          all("kotlin.time.TimeSource"),
          all("kotlin.time.TimeMark"),
          // Logs, and what libraries for context call.
          some("java.lang.System$Logger", "log"),
          some("java.lang.System", "getLogger"),
          all("org.slf4j.MDC"),
          all("io.micrometer.context.ContextSnapshot"),
          all("io.micrometer.context.ContextSnapshot$Scope"),
          some("io.micrometer.context.ContextSnapshotFactory", "captureAll"),
          // What others' objects do by themselves.
          some("java.lang.Iterable", "iterator"),
          some(
              "java.lang.Throwable",
              "getMessage",
              "getLocalizedMessage",
              "getCause",
              "getStackTrace",
              "toString"),
          some("java.util.Objects", "equals", "hash", "hashCode", "toString"),
          some("kotlin.jvm.internal.Intrinsics", "areEqual"),
          some("java.lang.String", "valueOf"),
          some("java.lang.StringBuilder", "append"),
          some(
              "java.util.Map",
              "compute",
              "computeIfAbsent",
              "computeIfPresent",
              "containsKey",
              "get",
              "merge",
              "put",
              "putIfAbsent",
              "remove",
              "replace"),
          some("java.lang.Object", "equals", "hashCode", "toString"));

  /** Only where they are named as such: what implements them is mostly ours or the JDK's. */
  private static final Set<String> EXACT = Set.of("java.lang.Iterable", "java.lang.AutoCloseable");

  private CallOuts() {}

  /** Reads the class files of the library: all calls into code that may be foreign. */
  static Set<Call> find() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.offload");
    Set<Call> calls = new TreeSet<>();
    for (JavaClass type : classes) {
      Stream.of(type.getMethodCallsFromSelf(), type.getMethodReferencesFromSelf())
          .flatMap(Set::stream)
          .forEach(
              access ->
                  targetOf(access.getTarget())
                      .ifPresent(
                          target -> calls.add(new Call(nameOf(access.getOrigin()), target))));
    }
    return calls;
  }

  private static Optional<String> targetOf(AccessTarget.CodeUnitAccessTarget target) {
    JavaClass owner = typeOf(target.getOwner());
    String method = plain(target.getName());
    for (Foreign foreign : FOREIGN) {
      boolean fits =
          EXACT.contains(foreign.type)
              ? owner.getName().equals(foreign.type)
              : owner.isAssignableTo(foreign.type);
      if (fits && foreign.has(method)) {
        return isHarmless(foreign, target)
            ? Optional.empty()
            : Optional.of(shortName(foreign.type) + "." + method);
      }
    }
    return Optional.empty();
  }

  /** A Kotlin interface has its default arguments in a class of its own, with some compilers. */
  private static JavaClass typeOf(JavaClass owner) {
    return owner.getSimpleName().equals("DefaultImpls")
        ? owner.getEnclosingClass().orElse(owner)
        : owner;
  }

  /** Whether the code that is called is known: ours, or of the JDK and of no object of others. */
  private static boolean isHarmless(Foreign foreign, AccessTarget.CodeUnitAccessTarget target) {
    if (foreign.type.startsWith(OURS)) {
      return false;
    }
    JavaClass owner = target.getOwner();
    return switch (foreign.type) {
      case "java.lang.Object" -> isKnown(owner);
      case "java.lang.String", "java.lang.StringBuilder" ->
          target.getRawParameterTypes().stream().allMatch(CallOuts::isKnown);
      default ->
          target
              .resolveMember()
              .map(member -> member.getOwner().getName().startsWith(OURS))
              .orElse(false);
    };
  }

  /** Whether nobody but us or the JDK makes classes of this type. */
  private static boolean isKnown(JavaClass type) {
    String name = type.getName();
    return type.isPrimitive()
        || name.startsWith(OURS)
        || name.equals("java.lang.CharSequence")
        || (name.startsWith("java.") && type.getModifiers().contains(JavaModifier.FINAL));
  }

  private static String nameOf(JavaCodeUnit method) {
    JavaClass type = method.getOwner();
    Optional<JavaCodeUnit> around = type.getEnclosingCodeUnit();
    if (around.isPresent()) {
      return nameOf(around.get());
    }
    return shortName(type.getName()) + "." + plain(method.getName());
  }

  private static String plain(String name) {
    return switch (name) {
      case "<init>" -> "new";
      case "<clinit>" -> "static";
      default -> {
        String rest = name.startsWith("lambda$") ? name.substring("lambda$".length()) : name;
        rest = rest.startsWith("access$") ? rest.substring("access$".length()) : rest;
        rest = rest.startsWith("_init_$") ? "new" : rest;
        yield rest.split("[$-]", 2)[0];
      }
    };
  }

  private static String shortName(String type) {
    return type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
  }
}
