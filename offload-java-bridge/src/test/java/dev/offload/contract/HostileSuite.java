package dev.offload.contract;

import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.fixture.Bench;
import dev.offload.contract.fixture.Neighbours;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The engine among neighbours that behave badly: one suite that runs through every face. */
public abstract class HostileSuite
    implements HostileLogContract,
        HostileListenerContract,
        HostileExecutorContract,
        HostileCallerContract,
        HostileIdContract,
        HostileRaceContract {
  private Bench bench;
  private Neighbours neighbours;

  public abstract Face open(FaceSettings settings);

  @Override
  public final Bench bench() {
    return bench;
  }

  @Override
  public final Neighbours neighbours() {
    return neighbours;
  }

  @BeforeEach
  public final void setUp() {
    neighbours = new Neighbours();
    bench = new Bench(this::open);
  }

  @AfterEach
  public final void everythingComesToRest() {
    neighbours.letGo();
    bench.close();
    neighbours.assertNoThreadStaysBusy();
  }
}
