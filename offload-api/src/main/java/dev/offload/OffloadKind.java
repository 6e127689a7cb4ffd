package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * A named category of work together with the types of its ids and of its result.
 *
 * <p>Define one constant per category and create all keys from it:
 *
 * <pre>{@code
 * static final OffloadKind<Integer, User> LOAD_USER = OffloadKind.named("user.load");
 * OffloadKey.Keyed<User> key = LOAD_USER.key(42);
 * }</pre>
 *
 * <p>A kind is equal only to itself, so two keys can be equal only if they come from the same
 * constant; a joined result therefore always has the declared type, without a cast that could fail.
 * The type of the ids catches mix-ups at compile time: {@code LOAD_USER.key("42")}, which would
 * never equal {@code LOAD_USER.key(42)}, does not compile.
 *
 * <p>A manager rejects a second kind of the same name with {@link IllegalArgumentException}; for a
 * class that creates a kind per instance there is {@link #unshared}. The name is the label in
 * metrics, logs and settings: choose few, fixed names and never put an id into one.
 *
 * <p>Instances are immutable and thread-safe.
 *
 * @param <K> the type of the ids of its {@linkplain #key keys}; {@code Object} if there are several
 *     types
 * @param <T> the type of the result; may be a nullable type
 * @since 0.1
 */
public final class OffloadKind<K, T extends @Nullable Object> {

  /** The maximum number of characters in the name of a kind. */
  public static final int MAX_NAME_LENGTH = 64;

  private final String name;
  private final boolean onlyOneOfName;

  private OffloadKind(String name, boolean onlyOneOfName) {
    this.name = name;
    this.onlyOneOfName = onlyOneOfName;
  }

  /**
   * Creates a kind. Each call creates a different kind: keep the result in a constant.
   *
   * @param name 1 to {@value #MAX_NAME_LENGTH} characters out of {@code A-Z a-z 0-9 . _ -}
   * @param <K> the type of the ids
   * @param <T> the type of the result
   * @return the new kind
   * @throws IllegalArgumentException if the name is null or breaks the rule above
   */
  public static <K, T extends @Nullable Object> OffloadKind<K, T> named(String name) {
    return new OffloadKind<>(checkName("name", name), true);
  }

  /**
   * Creates a kind whose name may be used by several kinds in one manager: for a class whose
   * instances each own a kind, such as a client per host. Kinds of the same name share the
   * settings, the concurrency limit and the counts, but never a run: keys of two kinds are not
   * equal.
   *
   * <p>Unlike with {@link #named}, a manager does not detect that a constant was created twice by
   * mistake.
   *
   * @param name as for {@link #named}
   * @param <K> the type of the ids
   * @param <T> the type of the result
   * @return the new kind
   * @throws IllegalArgumentException if the name is null or breaks the rule
   */
  public static <K, T extends @Nullable Object> OffloadKind<K, T> unshared(String name) {
    return new OffloadKind<>(checkName("name", name), false);
  }

  /**
   * Returns whether this kind must be the only one of its name in a manager.
   *
   * @return false for {@link #unshared} kinds
   */
  public boolean isOnlyOneOfName() {
    return onlyOneOfName;
  }

  /**
   * Returns the name, as given.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the key of the work about {@code id}. All work under one such key is interchangeable:
   * callers may share one run.
   *
   * @param id what the work is about; its {@code equals} and {@code hashCode} must not throw, nor
   *     change while the key is in use
   * @return the key
   * @throws IllegalArgumentException if the id is null
   */
  public OffloadKey.Keyed<T> key(K id) {
    return new OffloadKey.Keyed<>(this, Arguments.notNull("id", id));
  }

  /**
   * Returns the key of one named task of this kind. Tasks under such a key are never shared.
   *
   * @param id the caller's own number for the task
   * @return the key
   */
  public OffloadKey.Explicit<T> explicit(long id) {
    return new OffloadKey.Explicit<>(this, id);
  }

  /**
   * Returns a fresh key that is equal to no other, for work that nobody else needs to name.
   *
   * @return the key; work can be looked up and cancelled by it, as by any other
   */
  public OffloadKey.Auto<T> auto() {
    return new OffloadKey.Auto<>(this);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }

  /** Checks that {@code given} is a valid name of a kind, and returns it. */
  static String checkName(String argument, @Nullable String given) {
    String name = Arguments.notNull(argument, given);
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          argument
              + " of a kind must have 1 to "
              + MAX_NAME_LENGTH
              + " characters, but has "
              + name.length());
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "._-".indexOf(c) >= 0;
      if (!allowed) {
        throw new IllegalArgumentException(
            argument
                + " of a kind may hold only A-Z a-z 0-9 . _ - but has another character at index "
                + i);
      }
    }
    return name;
  }
}
