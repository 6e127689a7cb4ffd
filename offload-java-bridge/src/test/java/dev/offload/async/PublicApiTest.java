package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a Java developer gets to see. */
class PublicApiTest {

  private static List<Class<?>> publicClasses() throws IOException, URISyntaxException {
    Path root =
        Path.of(
            AsyncOffloadManager.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root.resolve("dev/offload/async"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace(".class", "").replace('/', '.');
        if (name.endsWith("package-info")) {
          continue;
        }
        Class<?> type = load(name);
        if (isVisible(type)) {
          found.add(type);
        }
      }
    }
    return found;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isVisible(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return Modifier.isPublic(type.getModifiers()) && (outer == null || isVisible(outer));
  }

  private static void collect(Type type, Set<String> names) {
    if (type instanceof Class<?> plain) {
      Class<?> element = plain;
      while (element.isArray()) {
        element = element.getComponentType();
      }
      names.add(element.getName());
    } else if (type instanceof ParameterizedType generic) {
      collect(generic.getRawType(), names);
      Stream.of(generic.getActualTypeArguments()).forEach(argument -> collect(argument, names));
    } else if (type instanceof WildcardType wildcard) {
      Stream.of(wildcard.getUpperBounds()).forEach(bound -> collect(bound, names));
      Stream.of(wildcard.getLowerBounds()).forEach(bound -> collect(bound, names));
    } else if (type instanceof GenericArrayType array) {
      collect(array.getGenericComponentType(), names);
    } else if (type instanceof TypeVariable<?> variable) {
      for (Type bound : variable.getBounds()) {
        if (bound instanceof Class<?>) {
          collect(bound, names);
        }
      }
    }
  }

  private static void collect(Executable executable, Set<String> names) {
    Stream.of(executable.getGenericParameterTypes()).forEach(type -> collect(type, names));
    Stream.of(executable.getGenericExceptionTypes()).forEach(type -> collect(type, names));
    Stream.of(executable.getTypeParameters()).forEach(type -> collect(type, names));
  }

  private static boolean isSeen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static Set<String> typesIn(Class<?> type) {
    Set<String> names = new TreeSet<>();
    if (type.getGenericSuperclass() != null) {
      collect(type.getGenericSuperclass(), names);
    }
    Stream.of(type.getGenericInterfaces()).forEach(above -> collect(above, names));
    Stream.of(type.getTypeParameters()).forEach(parameter -> collect(parameter, names));
    for (Method method : type.getDeclaredMethods()) {
      if (isSeen(method.getModifiers())) {
        collect(method, names);
        collect(method.getGenericReturnType(), names);
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (isSeen(constructor.getModifiers())) {
        collect(constructor, names);
      }
    }
    for (Field field : type.getDeclaredFields()) {
      if (isSeen(field.getModifiers())) {
        collect(field.getGenericType(), names);
      }
    }
    return names;
  }

  private static boolean isOurs(String name) {
    boolean isPrimitive = !name.contains(".");
    boolean isVocabulary = name.matches("dev\\.offload\\.(spi\\.|async\\.)?[A-Z][A-Za-z$]*");
    return isPrimitive || name.startsWith("java.") || isVocabulary;
  }

  @Test
  @DisplayName("Java bridge: public signatures show types of the JDK and of offload alone")
  void signatures() throws Exception {
    List<Class<?>> types = publicClasses();
    assertTrue(types.contains(AsyncOffloadScope.class), types::toString);
    assertTrue(types.contains(AsyncWaitMap.Builder.class), types::toString);
    List<String> foreign = new ArrayList<>();
    for (Class<?> type : types) {
      if (type != KotlinInterop.class) {
        typesIn(type).stream()
            .filter(name -> !isOurs(name))
            .forEach(name -> foreign.add(type.getSimpleName() + " shows " + name));
      }
    }

    assertEquals(List.of(), foreign);
    assertTrue(
        typesIn(KotlinInterop.class).contains("kotlin.coroutines.CoroutineContext"),
        "the test sees such types where they are");
  }

  @Test
  @DisplayName(
      "Java bridge: no name is mangled, and no type is a coroutine's or a lambda's of Kotlin")
  void names() throws Exception {
    for (Class<?> type : publicClasses()) {
      for (Method method : type.getDeclaredMethods()) {
        if (isSeen(method.getModifiers()) && !method.isSynthetic()) {
          assertTrue(method.getName().matches("[a-zA-Z0-9]+"), method::toString);
        }
      }
      assertTrue(
          typesIn(type).stream()
              .noneMatch(name -> name.contains("Continuation") || name.contains("kotlin.jvm")),
          type::toString);
    }
  }
}
