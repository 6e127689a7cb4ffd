package dev.offload.async

import dev.offload.CancelReason
import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKey
import dev.offload.ScopeSnapshot
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.future.asCompletableFuture
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.util.Optional
import java.util.concurrent.CompletableFuture
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration

/** The contract's view of an [OffloadManager]. */
internal class KotlinFace(settings: FaceSettings) : Face {
    private val manager =
        OffloadManager(
            config = settings.config(),
            context = settings.executor()?.let(::dispatcher) ?: EmptyCoroutineContext,
            listener = settings.listener(),
        )

    /** Of the callers who wait. */
    private val callers = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)

    override fun <T : Any> submit(key: OffloadKey<T>, body: Body<T>): Handle<T> =
        handle(manager.submit(key) { body.runSuspending() })

    override fun <T : Any> submit(key: OffloadKey<T>, conflict: ConflictPolicy, body: Body<T>): Handle<T> =
        handle(manager.submit(key, conflict) { body.runSuspending() })

    /** With limits of its own, which the Java face cannot give. */
    fun <T : Any> submit(key: OffloadKey<T>, timeout: TimeoutPolicy, body: Body<T>): Handle<T> =
        handle(manager.submit(key, timeout = timeout) { body.runSuspending() })

    override fun <T : Any> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy,
        body: Body<T>,
    ): Submission<Handle<T>> = when (val taken = manager.trySubmit(key, conflict) { body.runSuspending() }) {
        is Submission.Started -> Submission.Started(handle(taken.handle()))
        is Submission.Joined -> Submission.Joined(handle(taken.handle()))
        is Submission.Replaced -> Submission.Replaced(handle(taken.handle()))
        is Submission.Rejected -> Submission.Rejected(taken.reason())
    }

    override fun <T : Any> share(key: OffloadKey.Keyed<T>, body: Body<T>): Handle<T> =
        handle(manager.share(key) { body.runSuspending() })

    /** A suspended `call`; cancelling the answer cancels the caller. */
    fun <T : Any> call(key: OffloadKey.Keyed<T>, body: Body<T>): CompletableFuture<Outcome<T>> =
        ask { manager.call(key) { body.runSuspending() } }

    override fun find(key: OffloadKey<*>): Optional<JobSnapshot> = Optional.ofNullable(manager.find(key))

    override fun isInFlight(key: OffloadKey<*>): Boolean = manager.isInFlight(key)

    override fun cancel(key: OffloadKey<*>): Boolean = manager.cancel(key)

    override fun activeCount(): Long = manager.activeCount.toLong()

    override fun snapshot(): ScopeSnapshot = manager.snapshot()

    override fun close() {
        runBlocking { manager.shutdown(Duration.INFINITE) }
    }

    override fun closeCancelling() {
        manager.cancel()
        close()
    }

    override fun isGivenUp(answer: Throwable?): Boolean =
        answer is OffloadCancelledException && answer.reason() == CancelReason.CANCELLED

    private fun <T : Any> handle(deferred: OffloadDeferred<T>): Handle<T> = KotlinHandle(deferred)

    private fun dispatcher(executor: java.util.concurrent.Executor): CoroutineContext =
        if (executor === FaceSettings.DIRECT) Dispatchers.Unconfined else executor.asCoroutineDispatcher()

    /** Asks at once, in this thread. */
    private fun <T : Any> ask(question: suspend () -> T): CompletableFuture<Outcome<T>> =
        callers.async(start = CoroutineStart.UNDISPATCHED) { outcome(question) }.asCompletableFuture()

    private suspend fun <T : Any> outcome(question: suspend () -> T): Outcome<T> = try {
        Outcome<T>(question(), null)
    } catch (e: Throwable) {
        Outcome<T>(null, e)
    }

    private inner class KotlinHandle<T : Any>(private val deferred: OffloadDeferred<T>) : Handle<T> {
        override fun key() = deferred.key()

        override fun jobState() = deferred.jobState()

        override fun joined() = deferred.joined()

        override fun cancel() = deferred.cancel()

        override fun outcome(): CompletableFuture<Outcome<T>> = ask { deferred.await() }
    }
}

/** The body as a coroutine: it can be cancelled while it waits, unless it is stubborn. */
private suspend fun <T : Any> Body<T>.runSuspending(): T {
    begin()
    try {
        if (isStubborn) {
            withContext(NonCancellable) { awaitGate() }
        } else {
            awaitGate()
        }
        return action().call()
    } catch (e: CancellationException) {
        noteStopped()
        throw e
    } finally {
        end()
    }
}

private suspend fun Body<*>.awaitGate() {
    gate().copy().await()
}
