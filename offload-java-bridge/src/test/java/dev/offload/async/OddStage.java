package dev.offload.async;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A stage of somebody else's making, one method of which throws. */
final class OddStage {
  private OddStage() {}

  @SuppressWarnings("unchecked")
  static CompletionStage<Integer> over(
      CompletableFuture<Integer> stage, String method, RuntimeException thrown) {
    return (CompletionStage<Integer>)
        Proxy.newProxyInstance(
            OddStage.class.getClassLoader(),
            new Class<?>[] {CompletionStage.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals(method)) {
                throw thrown;
              }
              return called.invoke(stage, arguments);
            });
  }
}
