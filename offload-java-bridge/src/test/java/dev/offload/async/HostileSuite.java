package dev.offload.async;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The engine among neighbours that behave badly: one suite that runs through every face. */
abstract class HostileSuite
    implements HostileLogContract,
        HostileListenerContract,
        HostileExecutorContract,
        HostileCallerContract,
        HostileIdContract,
        HostileRaceContract {
  private Bench bench;
  private Neighbours neighbours;

  abstract Face open(FaceSettings settings);

  @Override
  public final Bench bench() {
    return bench;
  }

  @Override
  public final Neighbours neighbours() {
    return neighbours;
  }

  @BeforeEach
  final void setUp() {
    neighbours = new Neighbours();
    bench = new Bench(this::open);
  }

  @AfterEach
  final void everythingComesToRest() {
    neighbours.letGo();
    bench.close();
    neighbours.assertNoThreadStaysBusy();
  }
}
