package dev.offload.examples.readme;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.OffloadFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Two callers, one load. */
public final class OneLoad {
  static final OffloadKind<String, String> LOAD_PAGE = OffloadKind.named("page.load");

  private OneLoad() {}

  public static void main(String[] args) {
    CountDownLatch bothHaveAsked = new CountDownLatch(1);
    Callable<String> slowLoad =
        () -> {
          bothHaveAsked.await();
          System.out.println("loading");
          return "a page";
        };
    try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
      OffloadFuture<String> first = manager.share(LOAD_PAGE.key("/"), slowLoad);
      OffloadFuture<String> second = manager.share(LOAD_PAGE.key("/"), slowLoad); // joins the first
      bothHaveAsked.countDown();
      System.out.println(first.join() + ", " + second.join());
    }
  }
}
