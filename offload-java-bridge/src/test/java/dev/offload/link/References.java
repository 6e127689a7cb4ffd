package dev.offload.link;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a class file refers to, and which of it is not there. The JVM would tell only when the code
 * runs that uses it, by a {@code NoSuchMethodError}.
 *
 * @see <a href="https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html#jvms-4.4">The
 *     constant pool</a>
 */
final class References {
  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;

  /** Their methods take whatever they are called with. */
  private static final Set<Class<?>> POLYMORPHIC = Set.of(MethodHandle.class, VarHandle.class);

  private final ClassLoader loader;
  private final int[] tags;
  private final String[] texts;
  private final int[] first;
  private final int[] second;

  private References(InputStream classFile, ClassLoader loader) throws IOException {
    this.loader = loader;
    DataInputStream in = new DataInputStream(classFile);
    in.skipNBytes(8); // the magic number, the version
    int count = in.readUnsignedShort();
    tags = new int[count];
    texts = new String[count];
    first = new int[count];
    second = new int[count];
    for (int i = 1; i < count; i++) {
      tags[i] = in.readUnsignedByte();
      switch (tags[i]) {
        case UTF8 -> texts[i] = in.readUTF();
        case LONG, DOUBLE -> {
          in.skipNBytes(8);
          i++; // takes two places
        }
        case CLASS, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort(); // string, method type, ...
        case 15 -> in.skipNBytes(3); // method handle: it names a member that has its own entry
        case 3, 4 -> in.skipNBytes(4); // int, float
        default -> {
          first[i] = in.readUnsignedShort();
          second[i] = in.readUnsignedShort();
        }
      }
    }
  }

  /** What a class refers to that cannot be found by a loader, each as a line. */
  static Set<String> missing(InputStream classFile, ClassLoader loader) throws IOException {
    return new References(classFile, loader).missing();
  }

  private Set<String> missing() {
    Set<String> missing = new HashSet<>();
    for (int i = 1; i < tags.length; i++) {
      Optional<String> problem =
          switch (tags[i]) {
            case CLASS -> missingClass(texts[first[i]]);
            case FIELD, METHOD, INTERFACE_METHOD -> missingMember(i);
            default -> Optional.empty();
          };
      problem.ifPresent(missing::add);
    }
    return missing;
  }

  private Optional<String> missingClass(String name) {
    if (name.startsWith("[")) {
      return Optional.empty(); // its elements' class has an entry where it matters
    }
    try {
      load(name);
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of(name);
    }
  }

  private Optional<String> missingMember(int i) {
    String owner = texts[first[first[i]]];
    String name = texts[first[second[i]]];
    String type = texts[second[second[i]]];
    if (tags[second[i]] != NAME_AND_TYPE || owner.startsWith("[")) {
      return Optional.empty();
    }
    Class<?> from;
    try {
      from = load(owner);
    } catch (ClassNotFoundException e) {
      return Optional.empty(); // told by its class
    }
    boolean found =
        POLYMORPHIC.contains(from)
            || (tags[i] == FIELD ? hasField(from, name, type) : hasMethod(from, name, type));
    return found ? Optional.empty() : Optional.of(owner + "." + name + " " + type);
  }

  private Class<?> load(String internalName) throws ClassNotFoundException {
    return Class.forName(internalName.replace('/', '.'), false, loader);
  }

  private static boolean hasField(Class<?> from, String name, String type) {
    return supertypes(from).stream()
        .flatMap(each -> Arrays.stream(each.getDeclaredFields()))
        .anyMatch(
            field ->
                field.getName().equals(name) && field.getType().descriptorString().equals(type));
  }

  private static boolean hasMethod(Class<?> from, String name, String type) {
    if (name.equals("<init>")) {
      return Arrays.stream(from.getDeclaredConstructors())
          .anyMatch(made -> descriptor(void.class, made.getParameterTypes()).equals(type));
    }
    return supertypes(from).stream()
        .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
        .filter(method -> method.getName().equals(name))
        .anyMatch(
            method -> descriptor(method.getReturnType(), method.getParameterTypes()).equals(type));
  }

  private static String descriptor(Class<?> result, Class<?>[] parameters) {
    return MethodType.methodType(result, parameters).descriptorString();
  }

  /** A class and all above it; an interface has the methods of {@code Object}, too. */
  private static Set<Class<?>> supertypes(Class<?> from) {
    Set<Class<?>> all = new HashSet<>(Set.of(Object.class));
    Deque<Class<?>> left = new ArrayDeque<>(Set.of(from));
    while (!left.isEmpty()) {
      Class<?> next = left.pop();
      if (all.add(next) || next == from) {
        left.addAll(Arrays.asList(next.getInterfaces()));
        if (next.getSuperclass() != null) {
          left.push(next.getSuperclass());
        }
      }
    }
    return all;
  }
}
