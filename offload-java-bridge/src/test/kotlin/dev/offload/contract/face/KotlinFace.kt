package dev.offload.contract.face

import dev.offload.CancelReason
import dev.offload.OffloadCancelledException
import dev.offload.ShutdownReport
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelJob
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.runBlocking
import java.util.concurrent.Executor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/** The contract's view of an [OffloadManager]. */
internal class KotlinFace private constructor(private val manager: OffloadManager) :
    KotlinScopeFace(manager),
    Face {
    constructor(settings: FaceSettings) : this(
        OffloadManager(
            config = settings.config(),
            context = settings.executor()?.let(::dispatcher) ?: EmptyCoroutineContext,
            listener = settings.listener(),
        ),
    )

    override fun close() {
        runBlocking { manager.shutdown(Duration.INFINITE) }
    }

    override fun closeCancelling() {
        manager.cancel()
        close()
    }

    override fun cancelJob(number: Long): Boolean = manager.cancelJob(number)

    override fun shutdown(grace: java.time.Duration, kill: java.time.Duration): ShutdownReport =
        runBlocking { manager.shutdown(grace.toKotlinDuration(), kill.toKotlinDuration()) }

    override fun isGivenUp(answer: Throwable?): Boolean =
        answer is OffloadCancelledException && answer.reason() == CancelReason.CANCELLED
}

private fun dispatcher(executor: Executor): CoroutineContext =
    if (executor === FaceSettings.DIRECT) Dispatchers.Unconfined else executor.asCoroutineDispatcher()
