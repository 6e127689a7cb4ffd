package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * A named category of work together with the type of its result.
 *
 * <p>Make one constant per category and build all keys from it:
 *
 * <pre>{@code
 * static final OffloadKind<User> LOAD_USER = OffloadKind.named("user.load");
 * OffloadKey.Keyed<User> key = LOAD_USER.key(userId);
 * }</pre>
 *
 * <p>A kind is equal only to itself, so two keys can meet only if they were made from the same
 * constant; a joined result therefore always has the declared type, without a cast that could fail.
 * A manager that meets a second kind of the same name refuses it with {@link
 * IllegalArgumentException}. The name is the label of metrics, logs and settings: choose few, fixed
 * names and never put an id into one.
 *
 * <p>Instances are immutable and safe to share between threads.
 *
 * @param <T> the type of the result; may be a nullable type
 * @since 0.1
 */
public final class OffloadKind<T extends @Nullable Object> {

  /** The greatest number of characters in the name of a kind. */
  public static final int MAX_NAME_LENGTH = 64;

  private final String name;

  private OffloadKind(String name) {
    this.name = name;
  }

  /**
   * Makes a new kind. Each call makes a kind of its own: keep the result in a constant.
   *
   * @param name 1 to {@value #MAX_NAME_LENGTH} characters out of {@code a-z 0-9 . _ -}
   * @param <T> the type of the result
   * @return the new kind
   * @throws IllegalArgumentException if the name is null or breaks the rule above
   */
  public static <T extends @Nullable Object> OffloadKind<T> named(String name) {
    return new OffloadKind<>(checkName("name", name));
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
   * Makes the key of the work that is about {@code id}. All work under one such key is
   * interchangeable: callers may share one run of it.
   *
   * @param id what the work is about; needs {@code equals} and {@code hashCode} that do not change
   *     while the key is in use and do not throw
   * @return the key
   * @throws IllegalArgumentException if the id is null
   */
  public OffloadKey.Keyed<T> key(Object id) {
    return new OffloadKey.Keyed<>(this, Arguments.notNull("id", id));
  }

  /**
   * Makes the key of one named task of this kind. Tasks under such a key are never shared.
   *
   * @param id the caller's own number for the task
   * @return the key
   */
  public OffloadKey.Explicit<T> explicit(long id) {
    return new OffloadKey.Explicit<>(this, id);
  }

  /**
   * Draws a fresh key that is equal to no other, for work nobody else needs to name.
   *
   * @return the key, complete: it can be looked up and cancelled like any other
   */
  public OffloadKey.Auto<T> auto() {
    return new OffloadKey.Auto<>(this);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }

  /** Checks that {@code given} may name a kind, and returns it. */
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
      boolean allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0;
      if (!allowed) {
        throw new IllegalArgumentException(
            argument
                + " of a kind may hold only a-z 0-9 . _ - but has another character at index "
                + i);
      }
    }
    return name;
  }
}
