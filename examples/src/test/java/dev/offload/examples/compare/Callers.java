package dev.offload.examples.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Callers who ask for one key at the same time. */
final class Callers {
  static final int COUNT = 50;
  static final String KEY = "/";

  private Callers() {}

  /** Returns when all have asked. */
  static List<CompletableFuture<String>> ask(Flights flights, Supplier<String> load) {
    long limit = SingleFlightComparisonTest.LIMIT.toSeconds();
    CyclicBarrier together = new CyclicBarrier(COUNT);
    Callable<CompletableFuture<String>> caller =
        () -> {
          together.await(limit, TimeUnit.SECONDS);
          return flights.ask(KEY, load);
        };
    ExecutorService threads = Executors.newFixedThreadPool(COUNT);
    try {
      List<CompletableFuture<String>> futures = new ArrayList<>();
      for (Future<CompletableFuture<String>> asked :
          threads.invokeAll(Collections.nCopies(COUNT, caller), limit, TimeUnit.SECONDS)) {
        futures.add(asked.get());
      }
      return futures;
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("not all could ask", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Waits for the end; whether it is the value. */
  static boolean hasValue(CompletableFuture<String> caller) {
    try {
      return Load.VALUE.equals(
          caller.get(SingleFlightComparisonTest.LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | CancellationException e) {
      return false;
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no end", e);
    }
  }

  /** Waits for the ends; whether all are the value. */
  static boolean haveValue(List<CompletableFuture<String>> callers) {
    boolean all = true;
    for (CompletableFuture<String> caller : callers) {
      all &= hasValue(caller);
    }
    return all;
  }
}
