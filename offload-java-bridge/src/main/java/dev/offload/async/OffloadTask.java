package dev.offload.async;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Work without a value, which may throw what it likes: what {@code spawn} takes, and, by {@link
 * #of}, what any other verb takes as its body.
 *
 * <pre>{@code
 * static final OffloadKind<Integer, Void> REINDEX = OffloadKind.named("reindex");
 *
 * OffloadFuture<Void> done = scope.submit(REINDEX.key(id), OffloadTask.of(this::reindex));
 * }</pre>
 *
 * <p>It is one name for all verbs, in place of an overload of each: beside one for a {@link
 * Callable}, such an overload would make {@code () -> reindex()} ambiguous, and choose one way or
 * the other by the type of a method that somebody may change. Work that answers a stage needs
 * nothing of it: a stage without a value is a {@code CompletionStage<Void>}.
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
   * Answers {@code work} as a body. It takes a lambda or a method reference, with a value or not;
   * the value is dropped.
   *
   * @param work the work
   * @return the same
   * @throws IllegalArgumentException if the argument is null
   */
  static OffloadTask of(OffloadTask work) {
    return Arguments.notNull("work", work);
  }
}
