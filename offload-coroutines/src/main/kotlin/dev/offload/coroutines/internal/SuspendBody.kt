package dev.offload.coroutines.internal

import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.InternalCoroutinesApi
import kotlin.coroutines.CoroutineContext

/**
 * A body that is a suspending block, run as a coroutine without a parent: its owner is the registry, and its end is told
 * to the [JobCell] by the coroutine itself, after all its children, and not through a handler somebody else could delay.
 *
 * [begun] separates what ended the coroutine: the block (or a child of it), or something that kept it from starting, as
 * an executor that refuses it; the latter the library answers by cancelling the coroutine.
 */
@OptIn(InternalCoroutinesApi::class)
internal class SuspendBody<T>(context: CoroutineContext, private val block: suspend CoroutineScope.() -> T) :
    AbstractCoroutine<T>(context, initParentJob = true, active = true),
    JobBody<T> {
    private var cell: JobCell<T>? = null
    private var begun = false

    override fun startBody(job: JobCell<T>) {
        cell = job
        start(CoroutineStart.DEFAULT, this) { begin() }
    }

    private suspend fun begin(): T {
        if (!cell!!.begin()) throw CancellationException("The job was cancelled before its body began")
        begun = true
        return block()
    }

    override fun stopBody() {
        cancel(CancellationException("The job was cancelled"))
    }

    override fun onCompleted(value: T) {
        cell!!.succeed(value)
    }

    override fun onCancelled(cause: Throwable, handled: Boolean) {
        if (begun) {
            cell!!.fail(
                cause,
            )
        } else {
            cell!!.refuse(if (cause is CancellationException) cause.cause ?: cause else cause)
        }
    }
}
