package dev.offload.contract.face;

import dev.offload.ShutdownReport;
import dev.offload.async.AsyncOffloadManager;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The contract's view of an {@link AsyncOffloadManager}. */
public final class JavaFace extends JavaScopeFace implements Face {
  private final AsyncOffloadManager manager;

  public JavaFace(FaceSettings settings, boolean stages) {
    this(made(settings), stages);
  }

  private JavaFace(AsyncOffloadManager manager, boolean stages) {
    super(manager, stages);
    this.manager = manager;
  }

  private static AsyncOffloadManager made(FaceSettings settings) {
    AsyncOffloadManager.Builder builder = AsyncOffloadManager.builder().config(settings.config());
    if (settings.executor() != null) {
      builder.executor(settings.executor());
    }
    if (settings.listener() != null) {
      builder.listener(settings.listener());
    }
    return builder.build();
  }

  @Override
  public void closeCancelling() {
    Thread.currentThread().interrupt();
    try {
      manager.close();
    } finally {
      Thread.interrupted();
    }
  }

  @Override
  public boolean cancelJob(long number) {
    return manager.cancelJob(number);
  }

  @Override
  public ShutdownReport shutdown(Duration grace, Duration kill) {
    return manager.shutdown(grace, kill);
  }

  @Override
  public boolean isGivenUp(@Nullable Throwable answer) {
    return answer instanceof CancellationException;
  }
}
