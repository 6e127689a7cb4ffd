/** The Java face of offload. */
module dev.offload.async {
  requires transitive dev.offload.coroutines;

  // Only for those who carry the contexts of these libraries.
  requires static org.slf4j;
  requires static context.propagation;

  exports dev.offload.async;
}
