package dev.offload.benchmarks.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.recorder.Bookkeeping;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The list of the failed tasks, 1 % of a million; the cost is that of one of the list. The peer is
 * a set of their ids, kept beside the map of states by hand.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ListFailed {
  private static final int FAILED = 10_000;

  /** The recorder. */
  @State(Scope.Benchmark)
  public static class Ours {
    private Bookkeeping<String> recorder = new Bookkeeping<>();

    /** Records the tasks. */
    @Setup
    public void record() {
      recorder = Recorded.recorder(Ids.of(Recorded.TASKS));
    }
  }

  /** The set. */
  @State(Scope.Benchmark)
  public static class Peer {
    private Set<String> failed = Set.of();

    /** Fills the set. */
    @Setup
    public void record() {
      failed = Recorded.failed(Ids.of(Recorded.TASKS));
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(FAILED)
  public List<String> offload(Ours ours) {
    return ours.recorder.tasks(TaskState.FAILED);
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(FAILED)
  public List<String> set(Peer peer) {
    return new ArrayList<>(peer.failed);
  }
}
