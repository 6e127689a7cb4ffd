package dev.offload.coroutines

/**
 * Keeps the operations of a scope out of the bodies of its jobs: inside a body, calling the surrounding scope's
 * `submit` by accident does not compile (qualify it with the scope to do so on purpose), and a plain `launch` belongs
 * to the job.
 *
 * @since 0.1
 */
@DslMarker
@Target(AnnotationTarget.CLASS, AnnotationTarget.TYPE)
public annotation class OffloadDsl
