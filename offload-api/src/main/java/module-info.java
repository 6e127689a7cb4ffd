/** The vocabulary of offload: kinds, keys, handles, policies, outcomes and exceptions. */
module dev.offload.api {
  requires static transitive org.jspecify;

  exports dev.offload;
  exports dev.offload.spi;
}
