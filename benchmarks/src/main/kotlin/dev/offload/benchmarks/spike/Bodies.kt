package dev.offload.benchmarks.spike

import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** The work of a spike. */
typealias Block = suspend CoroutineScope.() -> Any?

/**
 * Candidate A: public API alone. `launch` in a supervisor scope, and the block tells the cell; the inner
 * `coroutineScope` makes it do so after the children have ended.
 *
 * Does not tell the cell if the coroutine never starts (cancelled first, or refused by its dispatcher): that would take a
 * completion handler as well, so A is measured too well.
 */
class PublicBody(private val scope: CoroutineScope, private val block: Block) : MiniCell.Body {
    private var job: Job? = null

    override fun startBody(cell: MiniCell) {
        job = scope.launch { if (cell.begin()) run(cell) }
    }

    private suspend fun run(cell: MiniCell) {
        val value =
            try {
                coroutineScope(block)
            } catch (
                @Suppress("TooGenericExceptionCaught") e: Throwable,
            ) {
                cell.fail(e)
                return
            }
        cell.succeed(value)
    }

    override fun stopBody() {
        job?.cancel()
    }
}

/**
 * Candidates B and C: the coroutine itself tells the cell, also if it never starts. B has the scope's `Job` in [context] and
 * becomes its child; C has none. C starts as `SuspendBody` of the library did when this was measured.
 */
@OptIn(InternalCoroutinesApi::class)
class SubclassBody(context: CoroutineContext, private val block: Block) :
    AbstractCoroutine<Any?>(context, initParentJob = true, active = true),
    MiniCell.Body {
    private var cell: MiniCell? = null

    override fun startBody(cell: MiniCell) {
        this.cell = cell
        start(CoroutineStart.DEFAULT, this) { begin() }
    }

    private suspend fun begin(): Any? {
        if (!cell!!.begin()) throw CancellationException("cancelled before it began")
        return block()
    }

    override fun stopBody() = cancel(CancellationException("cancelled"))

    override fun onCompleted(value: Any?) = cell!!.succeed(value)

    override fun onCancelled(cause: Throwable, handled: Boolean) = cell!!.fail(cause)
}

/**
 * Candidate C2: as C, but the coroutine dispatches itself and starts the block undispatched from there. So it knows
 * that the body begins without a wrapper around the block, which would keep a continuation and its dispatched twin for as
 * long as the body is suspended.
 */
@OptIn(InternalCoroutinesApi::class)
class DispatchingBody(context: CoroutineContext, private val block: Block) :
    AbstractCoroutine<Any?>(context, initParentJob = true, active = true),
    MiniCell.Body,
    Runnable {
    private var cell: MiniCell? = null

    override fun startBody(cell: MiniCell) {
        this.cell = cell
        val dispatcher = context[ContinuationInterceptor] as CoroutineDispatcher
        if (dispatcher.isDispatchNeeded(context)) dispatcher.dispatch(context, this) else run()
    }

    override fun run() {
        if (isActive && cell!!.begin()) {
            start(CoroutineStart.UNDISPATCHED, this, block)
        } else {
            resumeWith(Result.failure(CancellationException("cancelled or refused before it began")))
        }
    }

    override fun stopBody() = cancel(CancellationException("cancelled"))

    override fun onCompleted(value: Any?) = cell!!.succeed(value)

    override fun onCancelled(cause: Throwable, handled: Boolean) = cell!!.fail(cause)
}
