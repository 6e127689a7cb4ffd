package dev.offload.link;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import kotlin.Metadata;
import kotlin.reflect.KFunction;
import kotlin.reflect.KParameter;
import kotlin.reflect.jvm.ReflectJvmMapping;

/**
 * What others can link against, as lines of text: one for each class, and one for each member that
 * is theirs to use. Names of parameters are part of it where callers can name them, in Kotlin.
 */
final class PublicApi {
  private PublicApi() {}

  /** The lines of a class; none if it is nobody's to use. */
  static List<String> of(Class<?> type) {
    if (!isVisible(type)) {
      return List.of();
    }
    TreeSet<String> members = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (isOpen(field.getModifiers()) && !field.isSynthetic()) {
        String words = words(field.getModifiers() & ~(Modifier.VOLATILE | Modifier.TRANSIENT));
        members.add(words + field.getGenericType().getTypeName() + " " + field.getName());
      }
    }
    for (Constructor<?> made : type.getDeclaredConstructors()) {
      if (isOpen(made.getModifiers()) && !made.isSynthetic()) {
        members.add(words(made.getModifiers()) + "new" + parameters(made, null));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (isOpen(method.getModifiers()) && !method.isBridge() && isWritten(method)) {
        members.add(line(method));
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(head(type));
    members.forEach(member -> lines.add("  " + member));
    return lines;
  }

  /**
   * Whether somebody wrote it, and Kotlin code can call it: what is hidden from Java alone has the
   * same mark as what the compiler makes for itself.
   */
  private static boolean isWritten(Method method) {
    String name = method.getName();
    return !method.isSynthetic()
        || name.endsWith("$default")
        || !(name.startsWith("access$")
            || name.startsWith("lambda$")
            || name.contains("$lambda$")
            || name.endsWith("$annotations"));
  }

  private static String line(Method method) {
    int ignored = Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.STRICT;
    // Of a method these bits mean "bridge" and "variable arity".
    int modifiers = method.getModifiers() & ~(ignored | Modifier.VOLATILE | Modifier.TRANSIENT);
    boolean isOfKotlin = method.getDeclaringClass().isAnnotationPresent(Metadata.class);
    boolean isHelper = method.getName().endsWith("$default");
    KFunction<?> function =
        isOfKotlin && !isHelper ? ReflectJvmMapping.getKotlinFunction(method) : null;
    return (method.isSynthetic() && !isHelper ? "kotlin-only " : "")
        + words(modifiers)
        + (method.isDefault() ? "default " : "")
        + method.getGenericReturnType().getTypeName()
        + " "
        + method.getName()
        + parameters(method, function);
  }

  private static String parameters(Executable method, KFunction<?> function) {
    List<String> types =
        Arrays.stream(method.getGenericParameterTypes()).map(Type::getTypeName).toList();
    String text = "(" + String.join(", ", types) + ")";
    List<String> names = function == null ? List.of() : names(function);
    return names.isEmpty() ? text + javaNames(method) : text + " " + String.join(", ", names);
  }

  private static String javaNames(Executable method) {
    Parameter[] parameters = method.getParameters();
    boolean areThere = Arrays.stream(parameters).allMatch(Parameter::isNamePresent);
    return parameters.length == 0 || !areThere
        ? ""
        : " " + Arrays.stream(parameters).map(Parameter::getName).collect(Collectors.joining(", "));
  }

  private static List<String> names(KFunction<?> function) {
    return function.getParameters().stream()
        .filter(each -> each.getKind() == KParameter.Kind.VALUE)
        .map(each -> each.getName() + (each.isOptional() ? "?" : ""))
        .toList();
  }

  private static String head(Class<?> type) {
    String kind =
        type.isAnnotation()
            ? "annotation"
            : type.isInterface()
                ? "interface"
                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    int ignored =
        Modifier.INTERFACE | Modifier.STATIC | (type.isInterface() ? Modifier.ABSTRACT : 0);
    List<String> above = new ArrayList<>();
    if (type.getGenericSuperclass() != null) {
      above.add(type.getGenericSuperclass().getTypeName());
    }
    Arrays.stream(type.getGenericInterfaces()).map(Type::getTypeName).sorted().forEach(above::add);
    above.remove("java.lang.Object");
    String parameters =
        Arrays.stream(type.getTypeParameters())
            .map(each -> each.getName() + " extends " + each.getBounds()[0].getTypeName())
            .collect(Collectors.joining(", "));
    return (type.isSealed() ? "sealed " : "")
        + words(type.getModifiers() & ~ignored)
        + kind
        + " "
        + type.getName()
        + (parameters.isEmpty() ? "" : "<" + parameters + ">")
        + (above.isEmpty() ? "" : " : " + String.join(", ", above));
  }

  private static String words(int modifiers) {
    String words = Modifier.toString(modifiers);
    return words.isEmpty() ? "" : words + " ";
  }

  private static boolean isOpen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static boolean isVisible(Class<?> type) {
    if (type.getName().contains(".internal.") || type.isSynthetic() || type.isAnonymousClass()) {
      return false;
    }
    Class<?> outer = type.getDeclaringClass();
    return isOpen(type.getModifiers())
        && (outer == null || isVisible(Objects.requireNonNull(outer)));
  }
}
