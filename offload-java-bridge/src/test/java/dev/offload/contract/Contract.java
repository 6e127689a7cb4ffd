package dev.offload.contract;

import dev.offload.contract.fixture.Bench;

/** A part of the contract; its tests run through each face. */
public interface Contract {

  /** What the running test works with. */
  Bench bench();
}
