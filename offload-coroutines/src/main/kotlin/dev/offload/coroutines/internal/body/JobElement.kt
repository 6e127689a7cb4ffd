package dev.offload.coroutines.internal.body

import dev.offload.coroutines.internal.dispatch.blocksThread
import dev.offload.coroutines.internal.job.CurrentJob
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.WaitEdge
import dev.offload.coroutines.internal.job.WaitGraph
import dev.offload.coroutines.internal.job.WaitTarget
import dev.offload.coroutines.internal.threads.PoolThread
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.currentCoroutineContext
import java.util.function.BooleanSupplier
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Marks the coroutines of a body, and their threads, with the job they belong to. A context can be carried elsewhere: which
 * job a coroutine with this element is in, if any, is for [jobAround] to say.
 */
internal class JobElement : ThreadContextElement<JobCell<*>?> {
    /** Set when it is made. */
    lateinit var coroutine: SuspendBody<*>

    override val key: CoroutineContext.Key<*> get() = Key

    override fun updateThreadContext(context: CoroutineContext): JobCell<*>? = CurrentJob.set(jobAround(context))

    /** The job that a coroutine of this [context] is part of; null if it left the body, or that is over. */
    fun jobAround(context: CoroutineContext): JobCell<*>? {
        val own = context[Job] ?: return null
        return coroutine.around(own)?.openJob
    }

    override fun restoreThreadContext(context: CoroutineContext, oldState: JobCell<*>?) {
        CurrentJob.set(oldState)
    }

    companion object Key : CoroutineContext.Key<JobElement>
}

/**
 * The job whose body waits where a coroutine of this context does; null if there is none. By its element, and inside of
 * `runBlocking` by the thread: that is the one which blocks. Elsewhere the thread says nothing, as it may be lent: a body
 * that resumes somebody's unconfined coroutine runs it, but does not wait for what that waits for.
 */
internal fun CoroutineContext.currentJob(): JobCell<*>? {
    val element = this[JobElement]
    if (element != null) return element.jobAround(this)
    return if (blocksThread()) CurrentJob.get() else null
}

/** Whether nobody keeps account of a wait in this context: it is no body's, and blocks no thread of a pool that cares. */
internal fun CoroutineContext.waitsUnseen(): Boolean =
    this[JobElement] == null && (!blocksThread() || (CurrentJob.get() == null && PoolThread.current() == null))

/**
 * Runs [wait]. Inside of `runBlocking` that blocks the thread: if that is one of a pool which makes up for those that wait,
 * the pool knows of it meanwhile.
 */
internal suspend inline fun <R> blockingThread(wait: suspend () -> R): R {
    val run = PoolThread.current()?.takeIf { currentCoroutineContext().blocksThread() } ?: return wait()
    run.beginWait()
    try {
        return wait()
    } finally {
        run.endWait()
    }
}

/**
 * Runs [wait], which waits for [target]; if the caller is a body, the wait is known to the [WaitGraph] meanwhile, by the edge
 * that is handed over. A wait that can be cancelled closes it in the moment of the cancellation: its coroutine goes on later,
 * and whoever cancelled it may wait for it at once.
 *
 * @param isOver tells whether the wait has ended; null for one that ends with its target, or by a cancellation
 * @throws dev.offload.OffloadCycleException if the body would wait for itself
 */
internal suspend inline fun waitingFor(
    target: WaitTarget,
    isOver: BooleanSupplier? = null,
    wait: suspend (WaitEdge?) -> Unit,
) {
    val context = currentCoroutineContext()
    val waiting = context.currentJob()
    blockingThread {
        if (waiting == null) {
            wait(null)
        } else {
            WaitGraph.begin(waiting, target, isOver ?: context.cancellation()).around(wait)
        }
    }
}

/** Tells whether the coroutine of this context is cancelled, if the library made it: it is asked under a lock. */
@OptIn(InternalCoroutinesApi::class)
internal fun CoroutineContext.cancellation(): BooleanSupplier {
    val own = this[Job] as? AbstractCoroutine<*>
    return BooleanSupplier { own != null && own.isCancelled }
}

/** As [waitingFor], for a wait that cannot be given up: if it closes a circle, another wait of that circle is. */
internal suspend inline fun waitingAnywayFor(target: WaitTarget, wait: suspend (WaitEdge?) -> Unit) {
    val waiting = currentCoroutineContext().currentJob()
    blockingThread {
        if (waiting == null) wait(null) else WaitGraph.beginAnyway(waiting, target).around(wait)
    }
}

/** Runs [wait], which lets go what this wait lets go as soon as it can be cancelled. */
internal suspend inline fun WaitEdge.around(wait: suspend (WaitEdge?) -> Unit) = use {
    try {
        wait(it)
    } finally {
        it.letGo() // if that was not reached: what has its permits must start, whatever came of the wait
    }
}

/** This context for one more coroutine: elements that want to be copied for it are. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal fun CoroutineContext.copied(): CoroutineContext = if (!isCopied()) {
    this
} else {
    fold(EmptyCoroutineContext as CoroutineContext) { copy, element ->
        copy + if (element is CopyableThreadContextElement<*>) element.copyForChild() else element
    }
}

/** Whether any element wants to be copied for each coroutine. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal fun CoroutineContext.isCopied(): Boolean = when (this) {
    is CopyableThreadContextElement<*> -> true

    is CoroutineContext.Element -> false

    // a dispatcher alone, as often: asked for each scope
    else -> fold(false) { found, element -> found || element is CopyableThreadContextElement<*> }
}
