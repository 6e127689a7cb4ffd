package dev.offload.coroutines.internal.body

import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import dev.offload.coroutines.internal.dispatch.guarded
import dev.offload.coroutines.internal.job.JobBody
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.time.OffloadTimer
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/**
 * A body that is a suspending block, run as a coroutine without a parent: its owner is the registry. The coroutine
 * itself reports its end to the [JobCell], after its children have ended, rather than a handler that others could
 * delay.
 *
 * The coroutine dispatches itself and starts its block undispatched from there. So it knows the moment the body begins,
 * without a wrapper around the block that would live as long as the body is suspended.
 *
 * [begun] distinguishes what ended the coroutine: the block (or a child of it), or something that kept it from
 * beginning. An executor that rejects the coroutine makes the library cancel it and run it elsewhere; [run] then finds
 * it inactive.
 */
@OptIn(InternalCoroutinesApi::class)
internal class SuspendBody<T>(
    context: OneBodyContext,
    private val dispatcher: CoroutineDispatcher,
    block: suspend CoroutineScope.() -> T,
) : AbstractCoroutine<T>(context, initParentJob = false, active = true),
    JobBody<T>,
    Runnable {
    /** Cleared when the body begins or is stopped: an executor may keep a cancelled body in its queue. */
    @Volatile
    private var block: (suspend CoroutineScope.() -> T)? = block
    private var cell: JobCell<T>? = null
    private var begun = false

    @Volatile private var ran = 0

    /** Found by [around] to be part of this body, and likely to be met again; any such job will do. */
    private var known: Job? = null

    init {
        context.element.coroutine = this
    }

    /** Set if the job did not let its body begin: it was cancelled, or is about to be with its scope. */
    private var overtaken = false

    override fun startBody(job: JobCell<T>) {
        cell = job
        if (dispatcher.isDispatchNeeded(context)) dispatcher.dispatch(context, this) else run()
    }

    /** Runs no foreign code: the dispatcher is found before other elements, and is known or guarded. */
    override fun timer(): OffloadTimer? = DispatcherTimer.of(context)

    override fun run() {
        if (!RAN.compareAndSet(this, 0, 1)) return // by an executor that runs a task twice
        val body = block
        block = null
        if (body != null && isActive) {
            begun = cell!!.begin()
            overtaken = !begun
        }
        if (begun) {
            start(CoroutineStart.UNDISPATCHED, this, body!!)
        } else {
            resumeWith(Result.failure(whyNot()))
        }
    }

    /**
     * If the coroutine was cancelled, that same exception: given another one, the library would inspect it, and parts
     * of it may be of foreign classes.
     */
    private fun whyNot(): Throwable = if (isCancelled) {
        getCancellationException()
    } else {
        CancellationException(
            "The job was cancelled before its body began",
        )
    }

    override fun stopBody() {
        block = null
        cancel(CancellationException("The job was cancelled"))
    }

    /** The job, while its body has not ended. */
    val openJob: JobCell<T>? get() = cell?.takeUnless { it.hasEnded() }

    /**
     * The body that [coroutine] is part of, or null. It is part of a body if it is a child of it, a child of such a
     * coroutine and so on, or if such a coroutine waits for it as its caller: this includes
     * `withContext(NonCancellable)`, which has no parent.
     *
     * Coroutines may be nested very deep, and call this one after the other. So each call remembers the job around the
     * one given: a call from that job, from a sibling or from inside takes one or two steps.
     */
    fun around(coroutine: Job): SuspendBody<*>? {
        if (coroutine is SuspendBody<*>) return coroutine
        val known = known
        val first = coroutine.around() ?: return null
        var next: Job? = if (coroutine === known) this else first
        while (next != null && next !is SuspendBody<*> && next !== known) next = next.around()
        val body = if (next != null && next === known) this else next as SuspendBody<*>?
        if (body === this && first !== this) this.known = first
        return body
    }

    override fun onCompleted(value: T) {
        cell!!.succeed(value)
    }

    override fun onCancelled(cause: Throwable, handled: Boolean) {
        if (begun) {
            cell!!.fail(cause)
        } else if (!overtaken) {
            cell!!.refuse(if (cause is CancellationException) causeOf(cause) ?: cause else cause)
        }
    }

    /** The exception with which a dispatcher cancelled the body may be of a foreign class. */
    private fun causeOf(cancellation: CancellationException) = runCatching { cancellation.cause }.getOrNull()

    private companion object {
        /** The coroutine that waits for this one. */
        @OptIn(ExperimentalCoroutinesApi::class)
        fun Job.around(): Job? = when (this) {
            is OpenedUnder -> above
            is CoroutineStackFrame -> (callerFrame as? Continuation<*>)?.context?.get(Job) ?: parent
            else -> parent
        }

        val RAN: AtomicIntegerFieldUpdater<SuspendBody<*>> =
            AtomicIntegerFieldUpdater.newUpdater(SuspendBody::class.java, "ran")
    }
}
