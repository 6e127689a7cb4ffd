package dev.offload.contract.face;

import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.spi.OffloadListener;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How to make a manager.
 *
 * @param executor where bodies run; null for what the face does by itself
 * @param listener null for none
 */
public record FaceSettings(
    OffloadConfig config, @Nullable Executor executor, @Nullable OffloadListener listener) {

  /** Runs bodies where they are submitted: the caller's thread, or {@code Unconfined}. */
  public static final Executor DIRECT = Runnable::run;

  public static FaceSettings defaults() {
    return new FaceSettings(OffloadConfig.defaults(), null, null);
  }

  public FaceSettings with(OffloadConfig.Builder config) {
    return new FaceSettings(config.build(), executor, listener);
  }

  public FaceSettings with(OffloadKind<?, ?> kind, KindPolicy policy) {
    return with(config.toBuilder().kind(kind, policy));
  }

  public FaceSettings with(Executor executor) {
    return new FaceSettings(config, executor, listener);
  }

  public FaceSettings with(OffloadListener listener) {
    return new FaceSettings(config, executor, listener);
  }
}
