package dev.offload.coroutines.internal.face

import dev.offload.CancelReason
import dev.offload.OffloadCancelledException
import dev.offload.ScopeClosedException
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.internal.body.CallDepth
import dev.offload.coroutines.internal.body.OpenedUnder
import dev.offload.coroutines.internal.body.waitingAnywayFor
import dev.offload.coroutines.internal.body.waitingFor
import dev.offload.coroutines.internal.caller.awaitEnd
import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import dev.offload.coroutines.internal.dispatch.goingOnElsewhere
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.newCoroutineContext
import kotlinx.coroutines.withContext
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** Creates the Kotlin face of a scope. */
internal fun interface FaceOf {
    fun child(core: ScopeCore, context: CoroutineContext): ChildScope
}

/** The settings of a scope besides its name and limit. */
internal class ScopeSettings(val failFast: Boolean, val timeout: Duration?) {
    init {
        require(timeout == null || timeout.isPositive()) { "timeout must be longer than zero, but is $timeout" }
        require(timeout == null || timeout.inWholeNanoseconds < Long.MAX_VALUE) {
            "timeout must fit into a Long of nanoseconds, but is $timeout; for no limit, leave it out"
        }
    }
}

/**
 * Runs [block] in the scope [core], and ends the scope: a block that returns lets the scope complete, anything else
 * cancels it. In any case this returns after all bodies of the scope have ended.
 *
 * Two trees end together here. Anything that cancels the coroutine closes the core; anything that closes the core
 * cancels the coroutine, and whichever came first decides what is thrown.
 */
internal suspend fun <R> runScope(
    core: ScopeCore,
    options: ScopeSettings,
    depth: CallDepth,
    face: FaceOf,
    block: suspend OffloadScope.() -> R,
): R {
    val run = ScopeRun(core, options.timeout, face, block)
    return try {
        inScopeCoroutine(core, options.failFast, depth) { run.structured(this) }
        currentCoroutineContext().ensureActive()
        // A job failed just before the last one ended: there was nothing left to cancel.
        core.firstFailure()?.let { throw it }
        // The time was over, but the scope ended before that cancelled it.
        core.timeout()?.let { throw it }
        run.result!!.getOrThrow()
    } catch (e: Throwable) {
        core.close()
        withContext(NonCancellable) { run.awaitEnd() }
        currentCoroutineContext().ensureActive()
        throw run.failure(e)
    }
}

private class ScopeRun<R>(
    private val core: ScopeCore,
    private val timeout: Duration?,
    private val face: FaceOf,
    private val block: suspend OffloadScope.() -> R,
) {
    /** How the block ended; null until then. */
    var result: Result<R>? = null
        private set

    /** Whether the core was closed explicitly, rather than because the block or the caller failed. */
    @Volatile
    private var closed = false

    private lateinit var coroutine: ScopeCoroutine<*>

    suspend fun structured(coroutine: ScopeCoroutine<*>) {
        this.coroutine = coroutine
        core.onClose {
            if (coroutine.isActive) closed = true
            coroutine.cancel(CancellationException("scope '${core.name()}' was closed"))
        }
        val scope = face.child(core, coroutine.coroutineContext)
        if (timeout != null) {
            core.limitTime(timeout.toJavaDuration(), DispatcherTimer.of(scope.coroutineContext))
        }
        try {
            runCatching { scope.block() }.also { result = it }.getOrThrow()
            coroutine.children.forEach { it.join() }
            core.complete()
            if (!core.termination().hasFired()) waitingFor(core) { core.awaitEnd(it) }
            coroutine.joinOpened()
        } catch (e: Throwable) {
            // Joining the coroutine of the scope waits for the bodies, too.
            core.close()
            withContext(NonCancellable) { awaitEnd() }
            throw e
        }
    }

    /** Waits for all that the coroutine itself does not wait for, after it was cancelled. */
    suspend fun awaitEnd() {
        if (!core.termination().hasFired()) waitingAnywayFor(core) { core.awaitEnd(it) }
        coroutine.joinOpened()
    }

    /** The exception for the caller, which is not cancelled, when the coroutine threw [thrown]. */
    fun failure(thrown: Throwable): Throwable {
        val first = core.firstFailure()
        if (first != null) return first
        // The original, not the copy that the coroutine library makes to recover its stack trace.
        val ofBlock = result?.exceptionOrNull()
        val own = if (ofBlock == null || ofBlock is CancellationException) thrown else ofBlock
        return if (closed && own.isOfClosing()) core.timeout() ?: core.closedException() else own
    }

    private fun Throwable.isOfClosing() = this is CancellationException ||
        this is ScopeClosedException ||
        (this is OffloadCancelledException && reason() == CancelReason.SCOPE_CLOSED)
}

/**
 * Opens a scope without a block: a coroutine of the parent scope waits in its place. It runs only the code below, so a
 * dispatcher that rejects it must not keep the scope from ending. A foreign [parent] has a [ParentLink] to it.
 */
@OptIn(ExperimentalCoroutinesApi::class)
internal fun CoroutineScope.openScope(
    core: ScopeCore,
    options: ScopeSettings,
    parent: Job?,
    context: CoroutineContext,
    face: FaceOf,
): OffloadScope {
    lateinit var opened: ChildScope
    val above = coroutineContext[Job] as? ScopeCoroutine<*>
    val wanted = coroutineContext + context
    val given = wanted[ContinuationInterceptor] ?: EmptyCoroutineContext
    val own = context + (wanted.goingOnElsewhere()[ContinuationInterceptor] ?: EmptyCoroutineContext)
    val run: suspend CoroutineScope.() -> Unit = {
        try {
            val keeping = FaceOf { of, own -> face.child(of, own + given).also { opened = it } }
            runScope(core, options, CallDepth.NONE, keeping) { opened.completion.await() }
        } catch (e: CancellationException) {
            throw e
        } catch (_: Throwable) {
            // Failures are reported where the jobs are awaited, and the first one by the end of the scope.
        }
    }
    val coroutine = if (above == null) {
        launch(own, CoroutineStart.UNDISPATCHED, run)
    } else {
        OpenedCoroutine(newCoroutineContext(own), above).also {
            it.start(CoroutineStart.UNDISPATCHED, it, run)
            above.adopt(it)
        }
    }
    if (parent != null) {
        val link = ParentLink(parent, core)
        coroutine.invokeOnCompletion { link.release() }
    }
    return opened
}

/** The coroutine in which a scope without a block waits; not a child of [above], but adopted. */
@OptIn(InternalCoroutinesApi::class)
internal class OpenedCoroutine(context: CoroutineContext, override val above: ScopeCoroutine<*>) :
    AbstractCoroutine<Unit>(context, initParentJob = false, active = true),
    OpenedUnder
