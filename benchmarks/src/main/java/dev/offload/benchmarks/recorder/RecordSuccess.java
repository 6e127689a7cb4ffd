package dev.offload.benchmarks.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.recorder.Bookkeeping;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * The bookkeeping of a task that is launched, succeeds, and is asked for; no job is run.
 *
 * <p>The peer puts the same states into a plain map: it refuses a second launch, and nothing else.
 * Both are asked for a {@code TaskState}, see {@link AskState}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordSuccess {
  private static final int TASKS = 10_000;

  private final String[] ids = Ids.of(TASKS);
  private final Bookkeeping<String> recorder = new Bookkeeping<>();
  private final ConcurrentHashMap<String, TaskState> map = new ConcurrentHashMap<>();

  /** Forgets the tasks of the invocation before. */
  @Setup(Level.Invocation)
  public void forget() {
    for (String id : ids) {
      recorder.drop(id);
      map.remove(id);
    }
  }

  /** The library. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void offload(Blackhole hole) {
    for (String id : ids) {
      recorder.succeed(id);
      TaskState state = recorder.state(id);
      hole.consume(state);
    }
  }

  /** The peer. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public void map(Blackhole hole) {
    for (String id : ids) {
      if (map.putIfAbsent(id, TaskState.WORKING) != null) {
        throw new IllegalStateException("launched before");
      }
      map.put(id, TaskState.SUCCEEDED);
      TaskState state = map.get(id);
      hole.consume(state);
    }
  }
}
