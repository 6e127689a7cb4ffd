package dev.offload.examples.readme;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.OffloadFuture;
import java.util.concurrent.Callable;

/** The Java code of README.md, to the letter. */
final class JavaSnippets {
  private JavaSnippets() {}

  static final OffloadKind<String, String> LOAD_PAGE = OffloadKind.named("page.load");

  static String loadTwice(AsyncOffloadManager manager, Callable<String> slowLoad) {
    OffloadFuture<String> first = manager.share(LOAD_PAGE.key("/"), slowLoad);
    OffloadFuture<String> second = manager.share(LOAD_PAGE.key("/"), slowLoad); // joins the first
    first.cancel(); // gives up this caller's share; the load goes on for the other
    return second.join();
  }
}
