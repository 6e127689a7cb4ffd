/** The engine of offload and its Kotlin face. */
@SuppressWarnings("module") // dev.offload.async is compiled later
module dev.offload.coroutines {
  requires transitive dev.offload.api;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;

  exports dev.offload.coroutines;
  exports dev.offload.coroutines.internal to
      dev.offload.async;
}
