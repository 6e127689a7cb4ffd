package dev.offload.async;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Work without a value, which may throw any exception: the body of {@code spawn} and, through
 * {@link #of}, of any other operation.
 *
 * <pre>{@code
 * static final OffloadKind<Integer, Void> REINDEX = OffloadKind.named("reindex");
 *
 * OffloadFuture<Void> done = scope.submit(REINDEX.key(id), OffloadTask.of(this::reindex));
 * }</pre>
 *
 * <p>There is one {@link #of} instead of an overload of each operation: next to one for a {@link
 * Callable}, such an overload would make {@code () -> reindex()} ambiguous, or selected by the
 * return type of a method that may change. Asynchronous work does not need it: a stage without a
 * value is a {@code CompletionStage<Void>}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface OffloadTask extends Callable<@Nullable Void> {

  /**
   * Does the work.
   *
   * @throws Exception what the job fails with
   */
  void run() throws Exception;

  /**
   * Does the work, as a body with the value null.
   *
   * @return null
   * @throws Exception what the job fails with
   */
  @Override
  default @Nullable Void call() throws Exception {
    run();
    return null;
  }

  /**
   * Returns {@code work} as a body. It accepts a lambda or a method reference, with or without a
   * value; the value is dropped.
   *
   * @param work the work
   * @return the same
   * @throws IllegalArgumentException if the argument is null
   */
  static OffloadTask of(OffloadTask work) {
    return Require.notNull("work", work);
  }
}
