package dev.offload.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All that is compared, with its targets. */
public final class Workloads {
  /** The numbers of elements for which growth is measured, the least first. */
  public static final List<Integer> SIZES = List.of(1_000, 10_000, 100_000);

  /** The percentiles of latency that are reported. */
  public static final List<String> PERCENTILES = List.of("50", "99", "99.9");

  private static final Map<String, Double> NONE = Map.of();
  private static final List<String> THREADS = List.of("1", "2", "4", "8");

  /** Two threads do at least 1.7 times what one does, so each takes 2 / 1.7 of its time for it. */
  private static final double TWO_THREADS = 2 / 1.7;

  private final List<Workload> all = new ArrayList<>();

  private Workloads() {}

  private void compared() {
    add("P1", "submit a unique key, run an empty body, await it", "UniqueKey", "async", 1.1);
    add("P2", "100,000 submits, then joinAll", "ManyJobs", "launch", 1.25);
    joins("1", Map.of("caffeine", 2.5), true);
    joins("2", Map.of(Workload.ONE_THREAD, 2.5), true);
    joins("4", NONE, false);
    joins("8", NONE, false);
    hotKey("4", "0", false);
    hotKey("16", "0", true);
    hotKey("64", "0", false);
    hotKey("4", "1", false);
    hotKey("16", "1", true);
    hotKey("64", "1", false);
    waits("0", NONE, false);
    waits("10", Map.of("deferredInMap", 1.1), true);
    waits("1000", Map.of("deferredInMap", 1.1), true);
    waits("100000", NONE, false);
    waits("1000000", Map.of("deferredInMap", 1.2), true);
    add("P6", "record launch and success, ask for the state", "RecordSuccess", "map", 1.3);
    add("P6", "state of one of 1,000,000 tasks", "AskState", "map", 1.1);
    add("P6", "tasks(FAILED), 1 % of 1,000,000", "ListFailed", "set", 1.5);
    add("P6", "launch a task with its job, revoke it with another", "RecordedJobs");
    add("P7", "100,000 blocking bodies, join the futures", "BlockingJobs", "supplyAsync", 2.5);
    add("P8", "bytes of a job in flight", "JobInFlight", "async", 1.6);
    add("P8", "bytes of a parked waiter", "ParkedWaiter", "channelInMap", 1.25);
    add("P8", "bytes of a recorded success", "RecordedSuccess", "mapEntry", 1.2);
    inFlight("10", true);
    inFlight("10000", false);
    inFlight("1000000", true);
    add("P10", "scope with three submits awaited", "ScopeOfThree", "coroutineScope", 1.5);
    byThreads();
    withSettings();
    String request = "a request: two shared loads, two of its own, one that outlives it";
    Map<String, Double> targets = Map.of("byHand", 1.25, "byHandWithLeases", 1.0);
    all.add(new Workload("P18", request, "WholeRequest", Map.of(), targets, true));
  }

  private void byThreads() {
    for (String threads : THREADS) {
      boolean quick = threads.equals("2");
      Map<String, Double> targets = quick ? Map.of(Workload.ONE_THREAD, TWO_THREADS) : NONE;
      byThreads("P11", "submit and await unique keys", "UniqueKeys", threads, targets);
    }
    for (String keys : List.of("1", "1000")) {
      for (String threads : THREADS) {
        String what = "call on " + keys + " hot keys, " + threads(threads);
        Map<String, String> params = Map.of("keys", keys, "threads", threads);
        all.add(new Workload("P12", what, "HotKeys", params, NONE, threads.equals("2")));
      }
    }
    for (String threads : THREADS) {
      byThreads("P13", "open a scope and end it", "EmptyScopes", threads, NONE);
    }
  }

  private void withSettings() {
    for (String pending : List.of("0", "1000", "100000", "1000000")) {
      String what = "job with a time limit, " + pending + " limits pending";
      Map<String, String> params = Map.of("pending", pending);
      Map<String, Double> targets = Map.of("withoutLimit", 1.3);
      boolean quick = pending.equals("0") || pending.equals("1000000");
      all.add(new Workload("P14", what, "TimeLimits", params, targets, quick));
    }
    for (String queued : List.of("0", "1000", "100000")) {
      String what = "job under a limit of 50, " + queued + " queued";
      Map<String, String> params = Map.of("queued", queued);
      Map<String, Double> targets = Map.of("semaphoreAndAsync", 2.0);
      all.add(new Workload("P15", what, "StandingQueue", params, targets, !queued.equals("1000")));
    }
    add("P16", "job with a listener", "ListenedJobs");
    add("P17", "job with MDC, in Kotlin", "MdcJobs");
    String java = "job with MDC, in Java";
    all.add(new Workload("P17", java, "MdcBlockingJobs", Map.of(), NONE, false));
  }

  private void grown() {
    grow("G1", "n bodies each call a job of a kind limited to 32", "CallsUnderLimit", Map.of());
    scope("opened by a body", "true");
    scope("opened outside of bodies", "false");
    shares("nobody awaits it", "false");
    shares("one awaits in each", "true");
    ends("in order", "IN_ORDER");
    ends("in reverse", "REVERSE");
    ends("in random order", "RANDOM");
    grow("G5", "n open scopes close in random order", "ScopesClosed", Map.of());
    grow("G6", "n jobs each wait for the one before", "ChainOfWaits", Map.of());
    grow("G6", "n calls inside each other, limited to 1", "NestedCalls", Map.of());
    grow("G7", "n bodies wait for a job that makes 10 limited calls", "WaitsForCaller", Map.of());
    grow("G8", "n callers wait for room in a queue of 8", "CallersForRoom", Map.of());
    grow(
        "G9", "n jobs joined by a body that is cancelled meanwhile", "JoinedByCancelled", Map.of());
    next("n requests for the next run under one key", "true");
    next("the next run under n keys", "false");
    String beside = "n jobs allowed beside one that waits are cancelled";
    grow("G11", beside, "CancelledBesideNext", Map.of());
    String unknown = "n callers on a dispatcher nobody knows await one job";
    grow("G12", unknown, "CallersToldAside", Map.of());
    String children = "n open scopes are cancelled by the job they are children of";
    grow("G13", children, "ScopesOfJob", Map.of());
  }

  /** What is compared by its ratio, in the order of the report. */
  public static List<Workload> all() {
    Workloads workloads = new Workloads();
    workloads.compared();
    return List.copyOf(workloads.all);
  }

  /** What is measured for its growth: case by case, each at all sizes, the least first. */
  public static List<Workload> growth() {
    Workloads workloads = new Workloads();
    workloads.grown();
    return List.copyOf(workloads.all);
  }

  /** How long a request takes that comes when it comes, one workload for each percentile. */
  public static List<Workload> latency() {
    return PERCENTILES.stream()
        .map(
            percentile ->
                new Workload(
                    "P19",
                    "percentile " + percentile + ", 5,000 a second",
                    "OpenLoad",
                    Map.of("percentile", percentile),
                    NONE,
                    true))
        .toList();
  }

  private static String threads(String threads) {
    return threads.equals("1") ? "one thread" : threads + " threads";
  }

  private void byThreads(
      String row, String what, String benchmark, String threads, Map<String, Double> targets) {
    Map<String, String> params = Map.of("threads", threads);
    String words = what + ", " + threads(threads);
    all.add(new Workload(row, words, benchmark, params, targets, threads.equals("2")));
  }

  private void joins(String threads, Map<String, Double> targets, boolean quick) {
    String what = "join a key in flight, " + threads(threads);
    Map<String, String> params = Map.of("threads", threads);
    all.add(new Workload("P3", what, "JoinInFlight", params, targets, quick));
  }

  private void hotKey(String callers, String millis, boolean quick) {
    String what = "call on one key, " + callers + " callers, bodies of " + millis + " ms";
    Map<String, String> params = Map.of("callers", callers, "bodyMillis", millis);
    Map<String, Double> targets = Map.of("caffeine", 1.1, "mutexByHand", 1.1);
    all.add(new Workload("P4", what, "HotKey", params, targets, quick));
  }

  private void waits(String parked, Map<String, Double> targets, boolean quick) {
    String what = "subscribe, wake, await, " + parked + " parked";
    all.add(new Workload("P5", what, "WaitByKey", Map.of("parked", parked), targets, quick));
  }

  private void inFlight(String jobs, boolean quick) {
    String what = "submit and await, " + jobs + " in flight";
    Map<String, Double> targets = Map.of("asyncAndMap", 1.3);
    all.add(new Workload("P9", what, "JobsInFlight", Map.of("inFlight", jobs), targets, quick));
  }

  private void scope(String opened, String inBody) {
    String what = "n jobs in a scope limited to 8, " + opened;
    grow("G2", what, "ScopeUnderLimit", Map.of("inBody", inBody));
  }

  private void shares(String awaits, String awaited) {
    String what = "n scopes that share a job are cancelled, " + awaits;
    grow("G3", what, "SharesCancelled", Map.of("awaited", awaited));
  }

  private void ends(String how, String order) {
    String what = "n jobs allowed under one key end " + how;
    grow("G4", what, "EndsUnderOneKey", Map.of("order", order));
  }

  private void next(String what, String oneKey) {
    grow("G10", what, "NextRuns", Map.of("oneKey", oneKey));
  }

  private void grow(String row, String what, String benchmark, Map<String, String> params) {
    Workload workload = new Workload(row, what, benchmark, params, NONE, false);
    SIZES.forEach(size -> all.add(workload.ofSize(size)));
  }

  private void add(String row, String what, String benchmark, String peer, double target) {
    all.add(new Workload(row, what, benchmark, Map.of(), Map.of(peer, target), true));
  }

  private void add(String row, String what, String benchmark) {
    all.add(new Workload(row, what, benchmark, Map.of(), NONE, true));
  }
}
