package dev.offload.benchmarks.request;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.MDC;

/**
 * By virtual threads, one for the request and one for each part, as one writes it at first. A part
 * is told that its time is over by the request that waits for it; a load that is shared, or a write
 * that nobody waits for, goes on.
 */
final class VirtualThreadRequests implements Requests {
  private final ExecutorService threads = virtualThreads();
  private final Load users = new Load();
  private final Load prices = new Load();
  private final Semaphore history = new Semaphore(Requests.AT_A_TIME);
  private final Semaphore cart = new Semaphore(Requests.AT_A_TIME);
  private final Semaphore audit = new Semaphore(Requests.AT_A_TIME);

  /** What a part does under its limit. */
  private interface Part {
    int run() throws InterruptedException;
  }

  /** One run per key for all who want its value. */
  private final class Load {
    private final ConcurrentMap<Integer, CompletableFuture<Integer>> flights =
        new ConcurrentHashMap<>();
    private final Semaphore permits = new Semaphore(Requests.AT_A_TIME);

    Future<Integer> share(int key, Map<String, String> context, int id) {
      CompletableFuture<Integer> made = new CompletableFuture<>();
      CompletableFuture<Integer> flight = flights.putIfAbsent(key, made);
      if (flight != null) {
        return flight;
      }
      threads.execute(
          () -> {
            try {
              int value = logged(context, () -> limited(permits, id));
              flights.remove(key, made);
              made.complete(value);
            } catch (Throwable e) {
              flights.remove(key, made);
              made.completeExceptionally(e);
            }
          });
      return made;
    }
  }

  @Override
  public void accept(int id, Runnable done) {
    threads.execute(
        () -> {
          serve(id);
          done.run();
        });
  }

  private int serve(int id) {
    Map<String, String> context = Requests.logContext(id);
    try {
      return logged(
          context,
          () -> {
            int shared = id % Requests.SHARED_IDS;
            Future<Integer> user = users.share(shared, context, id);
            Future<Integer> price = prices.share(shared, context, id);
            Future<Integer> past =
                threads.submit(() -> logged(context, () -> limited(history, id)));
            Future<Integer> items = threads.submit(() -> logged(context, () -> limited(cart, id)));
            var unused = threads.submit(() -> logged(context, () -> limited(audit, id)));
            return valueOf(user) + valueOf(price) + ownValue(past) + ownValue(items);
          });
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a request", e);
    }
  }

  private static int logged(Map<String, String> context, Part part) throws InterruptedException {
    MDC.setContextMap(context);
    try {
      return part.run();
    } finally {
      MDC.clear();
    }
  }

  /** A part waits once, as those of the others do. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static int limited(Semaphore permits, int id) throws InterruptedException {
    permits.acquire();
    try {
      Thread.yield();
      return id;
    } finally {
      permits.release();
    }
  }

  private static int ownValue(Future<Integer> part) throws InterruptedException {
    try {
      return valueOf(part);
    } finally {
      boolean unused = part.cancel(true);
    }
  }

  private static int valueOf(Future<Integer> part) throws InterruptedException {
    try {
      return part.get(Requests.SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a part failed", e);
    }
  }

  /** By reflection, as this is compiled for JVMs that have none. */
  private static ExecutorService virtualThreads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new UnsupportedOperationException("this JVM has no virtual threads", e);
    }
  }
}
