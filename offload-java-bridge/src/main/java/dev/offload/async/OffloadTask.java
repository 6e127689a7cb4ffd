package dev.offload.async;

/**
 * Work without a result, which may throw what it likes: the body of {@code spawn}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface OffloadTask {

  /**
   * Does the work.
   *
   * @throws Exception what the job fails with
   */
  void run() throws Exception;
}
