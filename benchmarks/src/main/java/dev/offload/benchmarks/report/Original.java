package dev.offload.benchmarks.report;

import java.util.List;
import java.util.Map;

/**
 * A figure of one of the systems the library comes from, to be read beside the library's.
 *
 * @param what what is done
 * @param nanos what it takes there, as measured there
 * @param benchmark the library's
 * @param params of the library's benchmark
 */
record Original(String what, String nanos, String benchmark, Map<String, String> params) {
  static final List<Original> ALL =
      List.of(
          new Original("hitbox: register a task, wait for all", "680 to 890", "ManyJobs", Map.of()),
          new Original(
              "hitbox: join a key in flight", "64", "JoinInFlight", Map.of("threads", "1")),
          new Original(
              "recorder: launch to success, and revoke",
              "1,259 to 1,587",
              "RecordedJobs",
              Map.of()),
          new Original("recorder: query", "151 to 186", "AskState", Map.of()),
          waits("27", "0"),
          waits("1,700 to 3,400", "1000"),
          waits("148,000 to 297,000", "100000"));

  private static Original waits(String nanos, String parked) {
    return new Original(
        "WaitMap: subscribe, wake, await, " + parked + " parked",
        nanos,
        "WaitByKey",
        Map.of("parked", parked));
  }
}
