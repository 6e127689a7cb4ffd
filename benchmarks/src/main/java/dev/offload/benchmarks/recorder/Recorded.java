package dev.offload.benchmarks.recorder;

import dev.offload.TaskState;
import dev.offload.coroutines.internal.recorder.Bookkeeping;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A million recorded tasks, of which one in a hundred failed, here and with the peers. */
final class Recorded {
  static final int TASKS = 1_000_000;
  private static final int FAILED_OF = 100;

  private Recorded() {}

  static Bookkeeping<String> recorder(String[] ids) {
    Bookkeeping<String> recorder = new Bookkeeping<>();
    Throwable cause = new IllegalStateException("failed");
    for (int i = 0; i < ids.length; i++) {
      if (failed(i)) {
        recorder.fail(ids[i], cause);
      } else {
        recorder.succeed(ids[i]);
      }
    }
    return recorder;
  }

  static ConcurrentHashMap<String, TaskState> map(String[] ids) {
    ConcurrentHashMap<String, TaskState> map = new ConcurrentHashMap<>();
    for (int i = 0; i < ids.length; i++) {
      map.put(ids[i], failed(i) ? TaskState.FAILED : TaskState.SUCCEEDED);
    }
    return map;
  }

  static Set<String> failed(String[] ids) {
    Set<String> failed = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < ids.length; i++) {
      if (failed(i)) {
        failed.add(ids[i]);
      }
    }
    return failed;
  }

  private static boolean failed(int i) {
    return i % FAILED_OF == 0;
  }
}
