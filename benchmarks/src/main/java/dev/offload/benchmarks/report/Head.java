package dev.offload.benchmarks.report;

/** What the page says of all runs. */
final class Head {
  static final String TEXT =
      """
      # Benchmarks

      Each benchmark runs beside what one would use instead, and only the ratio of the two is worth quoting: figures in
      nanoseconds depend on the machine and on what else it does. This page is made by

      ```
      benchmarks/run quick        # 12 minutes, on JDK 17; fails if a ratio is worse than twice its target
      benchmarks/run quick 17 25  # on both
      benchmarks/run full         # two to three hours for each of both
      benchmarks/run growth       # some minutes, on JDK 17: the same work with 1,000 to 100,000 elements
      ```

      which builds the library, runs, and writes what was measured into this page and its plots. Each machine, by its processor
      and the cores of it that the JVM may use, has a block of its own; a run replaces what the page says of its machine, and
      nothing else. One benchmark alone: `java -jar benchmarks/target/benchmarks.jar UniqueKey -prof gc`, with the options of
      JMH; those with a number of threads take it twice, as in `UniqueKeys -p threads=2 -t 2`.

      A run consists of rounds. In a round each benchmark runs in a JVM of its own, warm-up first, directly followed by its
      peers. Its heap is touched as a whole before, for else what is measured of an allocation is how the system clears a fresh
      page. Of the short iterations of a round the least counts, since what else happens on a machine only adds to a cost. A
      ratio is the median of the rounds; in brackets the least and the greatest of them. Processor time is that of all threads
      of the JVM; where others use the same cores, it is the steadier of the two. Bytes (P8) are what a heap keeps
      after a collection, divided by the number of things kept; ids are not counted.

      With several threads a cost is what one of them takes for one operation while the others do the same. Beside `oneThread`,
      which is the library with one thread, 1 is perfect: twice as many threads do twice as much. P11 asks two threads for 1.7
      times the throughput of one, which is a ratio of 1.18. With more threads than cores the wait for a core is in it.

      P14 to P17 set what others leave out; `withoutLimit`, `withoutListener` and `withoutMdc` are the library without it, in
      the same state. P14 and P15 are flat if their ratios are the same in all lines. P18 is a request with limits, time limits
      and MDC: `byHand` has these too, and one flight for each load; `byHandWithLeases` also ends a load that nobody waits for
      any more, and starts the next only when it has ended. `virtualThreads` is as `byHand`, where the JVM has them, so not on
      JDK 17.

      Latency (L1) is that of such a request when they come at a fixed rate, whether or not those before have ended; it counts
      from when the request was due, so that a pause counts for all who came in it. What stands there are percentiles, from the
      least to the greatest of the rounds.

      Growth is the same work with more and more elements. A figure is the processor time of all threads for one element, in
      nanoseconds, so what grows in proportion stays the same from column to column; the last but one column says how many times
      the first figure the last one is. A larger heap costs everybody more, and what a garbage collector has to copy counts, so
      the peers are what to compare with. A size that would take too long is left out, and those above it; the table of each run
      says why.
      """;

  private Head() {}
}
