package dev.offload.benchmarks.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.recorder.Bookkeeping;
import java.util.concurrent.ConcurrentHashMap;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * The state of one of a million recorded tasks. The peer is a map of states.
 *
 * <p>Both are asked for a {@code TaskState}, as callers are. With the map this is a cast, which
 * javac puts behind {@code get} only where the answer is not passed on as a mere object.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AskState {
  private static final int ASKED = 1000;

  /** Steps through the ids, prime to their number: each is asked for, none soon again. */
  private static final int STEP = 7919;

  /** The recorder. */
  @State(Scope.Benchmark)
  public static class Ours {
    private final String[] ids = Ids.of(Recorded.TASKS);
    private Bookkeeping<String> recorder = new Bookkeeping<>();
    private int next;

    /** Records the tasks. */
    @Setup
    public void record() {
      recorder = Recorded.recorder(ids);
      System.gc(); // so that both lie in the heap as a collection leaves them
    }
  }

  /** The map. */
  @State(Scope.Benchmark)
  public static class Peer {
    private final String[] ids = Ids.of(Recorded.TASKS);
    private ConcurrentHashMap<String, TaskState> map = new ConcurrentHashMap<>();
    private int next;

    /** Fills the map. */
    @Setup
    public void record() {
      map = Recorded.map(ids);
      System.gc();
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(ASKED)
  public void offload(Ours ours, Blackhole hole) {
    for (int i = 0; i < ASKED; i++) {
      ours.next = (ours.next + STEP) % Recorded.TASKS;
      TaskState state = ours.recorder.state(ours.ids[ours.next]);
      hole.consume(state);
    }
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(ASKED)
  public void map(Peer peer, Blackhole hole) {
    for (int i = 0; i < ASKED; i++) {
      peer.next = (peer.next + STEP) % Recorded.TASKS;
      TaskState state = peer.map.get(peer.ids[peer.next]);
      hole.consume(state);
    }
  }
}
