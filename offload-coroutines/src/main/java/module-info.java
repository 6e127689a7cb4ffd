/** The engine of offload and its Kotlin face. */
@SuppressWarnings("module") // dev.offload.async is compiled later
module dev.offload.coroutines {
  requires transitive dev.offload.api;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;

  exports dev.offload.coroutines;
  exports dev.offload.coroutines.internal.body to
      dev.offload.async;
  exports dev.offload.coroutines.internal.caller to
      dev.offload.async;
  exports dev.offload.coroutines.internal.completion to
      dev.offload.async;
  exports dev.offload.coroutines.internal.dispatch to
      dev.offload.async;
  exports dev.offload.coroutines.internal.face to
      dev.offload.async;
  exports dev.offload.coroutines.internal.job to
      dev.offload.async;
  exports dev.offload.coroutines.internal.kinds to
      dev.offload.async;
  exports dev.offload.coroutines.internal.limits to
      dev.offload.async;
  exports dev.offload.coroutines.internal.report to
      dev.offload.async;
  exports dev.offload.coroutines.internal.recorder to
      dev.offload.async;
  exports dev.offload.coroutines.internal.threads to
      dev.offload.async;
  exports dev.offload.coroutines.internal.time to
      dev.offload.async;
  exports dev.offload.coroutines.internal.waitmap to
      dev.offload.async;
}
