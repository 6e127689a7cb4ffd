package dev.offload.contract;

import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.fixture.Bench;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The behaviour of the engine: one suite that runs through every face. */
public abstract class EngineContract
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

  public abstract Face open(FaceSettings settings);

  @Override
  public final Bench bench() {
    return bench;
  }

  @BeforeEach
  public final void setUp() {
    bench = new Bench(this::open);
  }

  @AfterEach
  public final void everythingComesToRest() {
    bench.close();
  }
}
