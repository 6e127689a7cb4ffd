package dev.offload.examples.compare;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The ways to load a value once, as one would write them. */
enum Way {
  MAP("a `ConcurrentHashMap` of `CompletableFuture`s") {
    @Override
    Flights flights(AsyncOffloadManager manager) {
      Map<String, CompletableFuture<String>> map = new ConcurrentHashMap<>();
      return (key, load) -> map.computeIfAbsent(key, k -> CompletableFuture.supplyAsync(load));
    }
  },

  SHARE("`share`") {
    @Override
    Flights flights(AsyncOffloadManager manager) {
      return (key, load) -> manager.share(LOAD_PAGE.key(key), load::get);
    }
  },

  ASYNC_CACHE("Caffeine's `AsyncCache`") {
    @Override
    Flights flights(AsyncOffloadManager manager) {
      return new CachedFutures(CompletableFuture::supplyAsync);
    }
  },

  SHARE_IN_ASYNC_CACHE("`AsyncCache`, `share` in its loader") {
    @Override
    Flights flights(AsyncOffloadManager manager) {
      return new CachedFutures(
          (load, executor) -> manager.share(LOAD_PAGE.key(Callers.KEY), load::get));
    }
  },

  SHARE_AROUND_CACHE("`share` around Caffeine's `Cache`") {
    @Override
    Flights flights(AsyncOffloadManager manager) {
      Cache<String, String> cache = Caffeine.newBuilder().build();
      return (key, load) ->
          manager.share(
              LOAD_PAGE.key(key),
              () -> {
                String known = cache.getIfPresent(key);
                if (known != null) {
                  return known;
                }
                String loaded = load.get();
                cache.put(key, loaded);
                return loaded;
              });
    }
  };

  private static final OffloadKind<String, String> LOAD_PAGE = OffloadKind.named("page.load");

  /** As in README.md. */
  final String title;

  Way(String title) {
    this.title = title;
  }

  /** Nothing is in flight, and nothing known; who needs no manager makes no use of it. */
  abstract Flights flights(AsyncOffloadManager manager);

  /** A Caffeine cache that holds futures, with what starts a load. */
  private record CachedFutures(
      AsyncCache<String, String> cache,
      BiFunction<Supplier<String>, Executor, CompletableFuture<String>> start)
      implements Flights {

    CachedFutures(BiFunction<Supplier<String>, Executor, CompletableFuture<String>> start) {
      this(Caffeine.newBuilder().buildAsync(), start);
    }

    @Override
    public CompletableFuture<String> ask(String key, Supplier<String> load) {
      return cache.get(key, (k, executor) -> start.apply(load, executor));
    }

    /** The cache lets go of a failure in a stage of the future. */
    @Override
    public void settle(String key) {
      long deadline = System.nanoTime() + SingleFlightComparisonTest.LIMIT.toNanos();
      while (cache.getIfPresent(key) != null) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("the cache keeps a failure");
        }
        Thread.onSpinWait();
      }
    }
  }
}
