package dev.offload.contract.face

import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.KeepValues
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.ScopeSnapshot
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import dev.offload.async.ScopeOptions
import dev.offload.contract.fixture.Body
import dev.offload.contract.fixture.Outcome
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelAll
import dev.offload.coroutines.cancelAndJoin
import dev.offload.coroutines.complete
import dev.offload.coroutines.find
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import dev.offload.coroutines.snapshot
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.job
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.function.Function
import kotlin.time.toKotlinDuration

/** The contract's view of an [OffloadScope]. */
internal open class KotlinScopeFace(private val scope: OffloadScope) : FaceScope {
    override fun <T : Any> submit(key: OffloadKey<T>, body: Body<T>): Handle<T> =
        KotlinHandle(scope.submit(key) { body.runSuspending() })

    override fun <T : Any> submit(key: OffloadKey<T>, conflict: ConflictPolicy, body: Body<T>): Handle<T> =
        KotlinHandle(scope.submit(key, conflict) { body.runSuspending() })

    override fun <T : Any> submit(key: OffloadKey<T>, limits: TimeoutPolicy, body: Body<T>): Handle<T> =
        KotlinHandle(scope.submit(key, timeout = limits) { body.runSuspending() })

    override fun <T : Any> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy,
        body: Body<T>,
    ): Submission<Handle<T>> = handle(scope.trySubmit(key, conflict) { body.runSuspending() })

    private fun <T : Any> handle(taken: Submission<OffloadDeferred<T>>): Submission<Handle<T>> = when (taken) {
        is Submission.Started -> Submission.Started(KotlinHandle(taken.handle()))
        is Submission.Joined -> Submission.Joined(KotlinHandle(taken.handle()))
        is Submission.Replaced -> Submission.Replaced(KotlinHandle(taken.handle()))
        is Submission.Rejected -> Submission.Rejected(taken.reason())
    }

    override fun <T : Any> submitWhenRoom(key: OffloadKey<T>, body: Body<T>): Wait<Handle<T>> =
        KotlinWait { KotlinHandle(scope.submitWhenRoom(key) { body.runSuspending() }) }

    override fun <T : Any> share(key: OffloadKey.Keyed<T>, body: Body<T>): Handle<T> =
        KotlinHandle(scope.share(key) { body.runSuspending() })

    override fun <T : Any> share(key: OffloadKey.Keyed<T>, conflict: ConflictPolicy, body: Body<T>): Handle<T> =
        KotlinHandle(scope.share(key, conflict) { body.runSuspending() })

    override fun <T : Any> tryShare(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        body: Body<T>,
    ): Submission<Handle<T>> = handle(scope.tryShare(key, conflict) { body.runSuspending() })

    override fun <T : Any> shareWhenRoom(key: OffloadKey.Keyed<T>, body: Body<T>): Wait<Handle<T>> =
        KotlinWait { KotlinHandle(scope.shareWhenRoom(key) { body.runSuspending() }) }

    /** A suspended `call`; cancelling the answer cancels the caller. */
    fun <T : Any> call(key: OffloadKey.Keyed<T>, body: Body<T>): CompletableFuture<Outcome<T>> =
        KotlinWait { scope.call(key) { body.runSuspending() } }.start()

    override fun spawn(label: String, body: Body<Int>): OffloadKey.Auto<*> = scope.spawn(label) { body.runSuspending() }

    override fun find(key: OffloadKey<*>): Optional<JobSnapshot> = Optional.ofNullable(scope.find(key))

    override fun isInFlight(key: OffloadKey<*>): Boolean = scope.isInFlight(key)

    override fun cancel(key: OffloadKey<*>): Boolean = scope.cancel(key)

    override fun cancel(kind: OffloadKind<*, *>): Int = scope.cancel(kind)

    override fun cancelAndJoin(key: OffloadKey<*>): Wait<Void> = KotlinWait { scope.cancelAndJoin(key).let { null } }

    override fun joinAll(keys: Collection<OffloadKey<*>>): Wait<Void> = KotlinWait { scope.joinAll(keys).let { null } }

    override fun cancelAll(): Int = scope.cancelAll()

    override fun activeCount(): Long = scope.activeCount.toLong()

    override fun snapshot(): ScopeSnapshot = scope.snapshot()

    override fun joinAll(): Wait<Void> = KotlinWait { scope.joinAll().let { null } }

    override fun recorder(kind: OffloadKind<Any, Int>): RecorderFace = KotlinRecorderFace(TaskRecorder(scope, kind))

    override fun recorder(kind: OffloadKind<Any, Int>, keep: KeepValues): RecorderFace =
        KotlinRecorderFace(TaskRecorder(scope, kind, keep))

    override fun openScope(name: String, options: ScopeOptions): FaceScope = KotlinScopeFace(
        scope.openScope(name, options.failFast(), options.concurrency(), options.timeout()?.toKotlinDuration()),
    )

    override fun <R : Any> within(name: String, options: ScopeOptions, block: Function<FaceScope, R>): Wait<R> =
        KotlinWait {
            // The block may hold its thread. What is thrown goes around withContext, which may copy it.
            withContext(Dispatchers.IO) {
                runCatching {
                    val timeout = options.timeout()?.toKotlinDuration()
                    scope.scope(name, options.failFast(), options.concurrency(), timeout) {
                        block.apply(KotlinScopeFace(this))
                    }
                }
            }.getOrThrow()
        }

    override fun complete() = scope.complete()

    override fun cancel() = scope.cancel()

    override fun close() {
        scope.complete()
        runBlocking { scope.coroutineContext.job.join() }
    }
}

internal class KotlinHandle<T : Any>(private val deferred: OffloadDeferred<T>) : Handle<T> {
    @Suppress("UNCHECKED_CAST") // the key it was submitted under
    override fun key() = deferred.key() as OffloadKey<T>

    override fun jobNumber() = deferred.jobNumber()

    override fun jobState() = deferred.jobState()

    override fun joined() = deferred.joined()

    override fun cancel() = deferred.cancel()

    override fun outcome(): CompletableFuture<Outcome<T>> = asWait().start()

    override fun asWait(): Wait<T> = KotlinWait { deferred.await() }
}
