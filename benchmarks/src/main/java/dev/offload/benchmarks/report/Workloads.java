package dev.offload.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is compared, with its targets. */
public final class Workloads {
  /** The numbers of elements for which growth is measured, the least first. */
  public static final List<Integer> SIZES = List.of(1_000, 10_000, 100_000);

  private static final double HOT_KEY = 1.1;

  private final List<Workload> all = new ArrayList<>();

  private Workloads() {}

  private void compared() {
    add("P1", "submit a unique key, run an empty body, await it", "UniqueKey", 1.25);
    add("P2", "100,000 submits, then joinAll", "ManyJobs", 1.25);
    add("P3", "join a key in flight", "JoinInFlight", 2.5);
    add("P3", "join a key in flight, two threads", "JoinInFlightByTwo", 6.0);
    hotKey("4", "0", false);
    hotKey("16", "0", true);
    hotKey("64", "0", false);
    hotKey("4", "1", false);
    hotKey("16", "1", true);
    hotKey("64", "1", false);
    waits("0", null, false);
    waits("10", 1.1, true);
    waits("1000", 1.1, true);
    waits("100000", null, false);
    waits("1000000", 1.2, true);
    add("P6", "record launch and success, ask for the state", "RecordSuccess", 1.3);
    add("P6", "state of one of 1,000,000 tasks", "AskState", 1.1);
    add("P6", "tasks(FAILED), 1 % of 1,000,000", "ListFailed", 1.5);
    add("P6", "launch a task with its job, revoke it with another", "RecordedJobs", null);
    add("P7", "100,000 blocking bodies, join the futures", "BlockingJobs", 3.0);
    add("P8", "bytes of a job in flight", "JobInFlight", 1.6);
    add("P8", "bytes of a parked waiter", "ParkedWaiter", 1.25);
    add("P8", "bytes of a recorded success", "RecordedSuccess", 1.2);
    inFlight("10", true);
    inFlight("10000", false);
    inFlight("1000000", true);
    add("P10", "scope with three submits awaited", "ScopeOfThree", 2.0);
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

  private void hotKey(String callers, String millis, boolean quick) {
    String what = "call on one key, " + callers + " callers, bodies of " + millis + " ms";
    Map<String, String> params = Map.of("callers", callers, "bodyMillis", millis);
    all.add(new Workload("P4", what, "HotKey", params, HOT_KEY, quick));
  }

  private void waits(String parked, @Nullable Double target, boolean quick) {
    String what = "subscribe, wake, await, " + parked + " parked";
    all.add(new Workload("P5", what, "WaitByKey", Map.of("parked", parked), target, quick));
  }

  private void inFlight(String jobs, boolean quick) {
    String what = "submit and await, " + jobs + " in flight";
    all.add(new Workload("P9", what, "JobsInFlight", Map.of("inFlight", jobs), 1.3, quick));
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
    Workload workload = new Workload(row, what, benchmark, params, null, false);
    SIZES.forEach(size -> all.add(workload.ofSize(size)));
  }

  private void add(String row, String what, String benchmark, @Nullable Double target) {
    all.add(new Workload(row, what, benchmark, Map.of(), target, true));
  }
}
