package dev.offload.async;

import dev.offload.coroutines.internal.threads.Log;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A body's code that runs in the context of its submitter. */
final class CarriedCall<R extends @Nullable Object> implements Callable<R> {
  private final ContextCarrier.Captured context;
  private final Callable<? extends R> code;

  private CarriedCall(ContextCarrier.Captured context, Callable<? extends R> code) {
    this.context = context;
    this.code = code;
  }

  /** Must be called by the submitting thread. */
  static <R extends @Nullable Object> Callable<? extends R> of(
      @Nullable ContextCarrier carrier, Callable<? extends R> code) {
    return carrier == null ? code : new CarriedCall<>(carrier.capture(), code);
  }

  @Override
  public R call() throws Exception {
    ContextCarrier.Installed installed = context.install();
    try {
      return code.call();
    } finally {
      restore(installed);
    }
  }

  /** An exception of the carrier here comes too late to change the job's outcome. */
  private static void restore(ContextCarrier.Installed installed) {
    try {
      installed.close();
    } catch (Throwable e) {
      Log.warn("a context carrier could not give a thread its context back", e);
    }
  }
}
