package dev.offload.async;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The behaviour of the engine: one suite that runs through every face. */
abstract class EngineContract
    implements SingleFlightContract,
        SuccessorContract,
        NextContract,
        ScopeTimeContract,
        ReachContract,
        EndContract,
        AccountContract,
        ConflictContract,
        ClosingContract,
        LeaseContract,
        TryShareContract,
        FailureContract,
        TimeLimitContract,
        ScopeContract,
        LimitContract,
        CycleContract,
        ShutdownContract,
        RecorderContract {
  private Bench bench;

  abstract Face open(FaceSettings settings);

  @Override
  public final Bench bench() {
    return bench;
  }

  @BeforeEach
  final void setUp() {
    bench = new Bench(this::open);
  }

  @AfterEach
  final void everythingComesToRest() {
    bench.close();
  }
}
