/** The Java face of offload. */
module dev.offload.async {
  requires transitive dev.offload.coroutines;

  exports dev.offload.async;
}
