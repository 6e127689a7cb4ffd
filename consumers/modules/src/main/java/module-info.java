/** Somebody else's program. */
module consumer {
  requires dev.offload.async;
}
