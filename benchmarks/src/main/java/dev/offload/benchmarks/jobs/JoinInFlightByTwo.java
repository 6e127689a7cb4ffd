package dev.offload.benchmarks.jobs;

import org.openjdk.jmh.annotations.Threads;

/**
 * As {@link JoinInFlight}, by two threads: both count their lease with the same job, and the peer
 * counts nothing.
 */
@Threads(2)
public class JoinInFlightByTwo extends JoinInFlight {}
