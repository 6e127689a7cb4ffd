package dev.offload.async;

/** A part of the contract; its tests run through each face. */
interface Contract {

  /** What the running test works with. */
  Bench bench();
}
