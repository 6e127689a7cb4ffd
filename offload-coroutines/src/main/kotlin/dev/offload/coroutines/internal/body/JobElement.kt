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
 * Marks the coroutines of a body, and their threads, with their job. A context can be carried elsewhere: [jobAround]
 * determines which job, if any, a coroutine with this element is in.
 */
internal class JobElement : ThreadContextElement<JobCell<*>?> {
    /** Set when the body is created. */
    lateinit var coroutine: SuspendBody<*>

    override val key: CoroutineContext.Key<*> get() = Key

    override fun updateThreadContext(context: CoroutineContext): JobCell<*>? = CurrentJob.set(jobAround(context))

    /** The job that a coroutine of this [context] is part of; null if it left the body, or the body has ended. */
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
 * The job whose body waits when a coroutine of this context does; null if there is none. Determined by its element, and
 * inside `runBlocking` by the thread: that is the one which blocks. Elsewhere the thread says nothing, as it may be
 * borrowed: a body that resumes another party's unconfined coroutine runs it, but does not wait for what that waits
 * for.
 */
internal fun CoroutineContext.currentJob(): JobCell<*>? {
    val element = this[JobElement]
    if (element != null) return element.jobAround(this)
    return if (blocksThread()) CurrentJob.get() else null
}

/**
 * Whether a wait in this context is untracked: it belongs to no body, and blocks no thread of a pool that compensates.
 */
internal fun CoroutineContext.waitsUnseen(): Boolean =
    this[JobElement] == null && (!blocksThread() || (CurrentJob.get() == null && PoolThread.current() == null))

/**
 * Runs [wait]. Inside `runBlocking` it blocks the thread: if that is of a pool which compensates for waiting threads,
 * the pool is notified of the wait.
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
 * Runs [wait], which waits for [target]; if the caller is a body, the wait is recorded in the [WaitGraph] meanwhile, by
 * the edge passed to it. A cancellable wait closes the edge at the moment of its cancellation: its coroutine continues
 * later, and the cancelling code may wait for it at once.
 *
 * @param isOver whether the wait has ended; null for one that ends with its target, or by a cancellation
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

/** Whether the coroutine of this context is cancelled, if the library created it: called under a lock. */
@OptIn(InternalCoroutinesApi::class)
internal fun CoroutineContext.cancellation(): BooleanSupplier {
    val own = this[Job] as? AbstractCoroutine<*>
    return BooleanSupplier { own != null && own.isCancelled }
}

/** Like [waitingFor], for a wait that cannot be given up: if it closes a cycle, another wait of that cycle is ended. */
internal suspend inline fun waitingAnywayFor(target: WaitTarget, wait: suspend (WaitEdge?) -> Unit) {
    val waiting = currentCoroutineContext().currentJob()
    blockingThread {
        if (waiting == null) wait(null) else WaitGraph.beginAnyway(waiting, target).around(wait)
    }
}

/** Runs [wait], which starts what this wait allows to start as soon as it can be cancelled. */
internal suspend inline fun WaitEdge.around(wait: suspend (WaitEdge?) -> Unit) = use {
    try {
        wait(it)
    } finally {
        it.letGo() // if [wait] did not get there: jobs that got permits must start, whatever became of the wait
    }
}

/** This context for one more coroutine: elements that require a copy for it are copied. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal fun CoroutineContext.copied(): CoroutineContext = if (!isCopied()) {
    this
} else {
    fold(EmptyCoroutineContext as CoroutineContext) { copy, element ->
        copy + if (element is CopyableThreadContextElement<*>) element.copyForChild() else element
    }
}

/** Whether any element requires a copy for each coroutine. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal fun CoroutineContext.isCopied(): Boolean = when (this) {
    is CopyableThreadContextElement<*> -> true

    is CoroutineContext.Element -> false

    // a dispatcher alone, the usual case: called for each scope
    else -> fold(false) { found, element -> found || element is CopyableThreadContextElement<*> }
}
