package dev.offload.async;

import java.util.concurrent.Executor;

/** The executors that run a task on the thread that hands it over. */
enum InPlace {
  DIRECT {
    @Override
    Executor executor(Neighbours neighbours) {
      return FaceSettings.DIRECT;
    }
  },
  PLAIN {
    @Override
    Executor executor(Neighbours neighbours) {
      return task -> task.run();
    }
  },
  CALLER_RUNS {
    @Override
    Executor executor(Neighbours neighbours) {
      return neighbours.callerRuns();
    }
  };

  abstract Executor executor(Neighbours neighbours);
}
