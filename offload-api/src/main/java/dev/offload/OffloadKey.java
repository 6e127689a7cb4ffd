package dev.offload;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a piece of work. A key is always complete: with it, the work can be looked up and
 * cancelled.
 *
 * <p>The hierarchy is sealed; the three forms differ in who chooses the identity and whether
 * callers may share the work:
 *
 * <ul>
 *   <li>{@link Keyed}: what the work is <em>about</em>. Interchangeable, so it may be shared.
 *   <li>{@link Explicit}: one task <em>named</em> by the caller. Never shared.
 *   <li>{@link Auto}: fire and forget; the library assigns the identity when the key is created.
 * </ul>
 *
 * <p>Keys are created by their {@link OffloadKind}. They are immutable and thread-safe, as far as
 * the id of a {@link Keyed} is. {@code toString} shows the kind and never the id, because ids may
 * be personal data; {@link #describe(boolean)} can show both.
 *
 * @param <T> the type of the work's result
 * @since 0.1
 */
public sealed interface OffloadKey<T extends @Nullable Object> {

  /**
   * Returns the kind of the work.
   *
   * @return the kind that created this key
   */
  OffloadKind<?, T> kind();

  /**
   * Returns this key as human-readable text.
   *
   * @param showId whether to show the id as well as the kind
   * @return for example {@code Keyed(user.load)} or {@code Keyed(user.load, 42)}
   */
  String describe(boolean showId);

  /**
   * Names what the work is about: equal if kind and id are equal.
   *
   * @param <T> the type of the work's result
   */
  final class Keyed<T extends @Nullable Object> implements OffloadKey<T> {
    private final OffloadKind<?, T> kind;
    private final Object id;

    /** Computed once: an id whose hash code changes later cannot make its own entry unreachable. */
    private final int hash;

    Keyed(OffloadKind<?, T> kind, Object id) {
      this.kind = kind;
      this.id = id;
      this.hash = kind.hashCode() * 31 + id.hashCode();
    }

    @Override
    public OffloadKind<?, T> kind() {
      return kind;
    }

    /**
     * Returns the id.
     *
     * @return what the work is about
     */
    public Object id() {
      return id;
    }

    @Override
    public String describe(boolean showId) {
      return showId ? "Keyed(" + kind + ", " + id + ")" : toString();
    }

    /** Returns whether {@code other} is a keyed key of the same kind with an equal id. */
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Keyed<?> that
              && kind == that.kind
              && hash == that.hash
              && id.equals(that.id));
    }

    /** Returns the hash code of kind and id. */
    @Override
    public int hashCode() {
      return hash;
    }

    /** Returns the form and the kind, without the id. */
    @Override
    public String toString() {
      return "Keyed(" + kind + ")";
    }
  }

  /**
   * Names one task of the caller's: equal if kind and id are equal.
   *
   * @param <T> the type of the work's result
   */
  final class Explicit<T extends @Nullable Object> implements OffloadKey<T> {
    private final OffloadKind<?, T> kind;
    private final long id;

    Explicit(OffloadKind<?, T> kind, long id) {
      this.kind = kind;
      this.id = id;
    }

    @Override
    public OffloadKind<?, T> kind() {
      return kind;
    }

    /**
     * Returns the id.
     *
     * @return the caller's own number for the task
     */
    public long id() {
      return id;
    }

    @Override
    public String describe(boolean showId) {
      return showId ? "Explicit(" + kind + ", " + id + ")" : toString();
    }

    /** Returns whether {@code other} is an explicit key of the same kind with the same id. */
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Explicit<?> that && kind == that.kind && id == that.id);
    }

    /** Returns the hash code of kind and id. */
    @Override
    public int hashCode() {
      return kind.hashCode() * 31 + Long.hashCode(id);
    }

    /** Returns the form and the kind, without the id. */
    @Override
    public String toString() {
      return "Explicit(" + kind + ")";
    }
  }

  /**
   * Equal only to itself, so it cannot be forged and never collides.
   *
   * @param <T> the type of the work's result
   */
  final class Auto<T extends @Nullable Object> implements OffloadKey<T> {
    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    private final OffloadKind<?, T> kind;
    private final long id;

    Auto(OffloadKind<?, T> kind) {
      this.kind = kind;
      this.id = NEXT_ID.getAndIncrement();
    }

    @Override
    public OffloadKind<?, T> kind() {
      return kind;
    }

    /**
     * Returns the id, which distinguishes this key from others in logs.
     *
     * @return the number assigned when this key was created, unique in this JVM
     */
    public long id() {
      return id;
    }

    @Override
    public String describe(boolean showId) {
      return showId ? "Auto(" + kind + ", " + id + ")" : toString();
    }

    /** Returns the form and the kind, without the id. */
    @Override
    public String toString() {
      return "Auto(" + kind + ")";
    }
  }
}
