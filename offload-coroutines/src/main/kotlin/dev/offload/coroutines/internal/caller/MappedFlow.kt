package dev.offload.coroutines.internal.caller

import dev.offload.coroutines.OffloadDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Semaphore

/**
 * Emits the values of jobs in the order of the elements.
 *
 * A job holds a permit from before it is submitted until the collector has its value. Its handle is in one place at a
 * time: in the channel, which holds at most as many as there are permits and cancels those it did not deliver, or with
 * the emitting coroutine, which always cancels it: that has no effect once the value is there.
 */
internal fun <A, R> Flow<A>.mapInOrder(most: Int, submit: suspend (A) -> OffloadDeferred<R>): Flow<R> = flow {
    coroutineScope {
        val permits = Semaphore(most)
        val submitted = Channel<OffloadDeferred<R>>(Channel.UNLIMITED, onUndeliveredElement = { it.cancel() })
        try {
            launch {
                collect { element ->
                    permits.acquire()
                    submitted.send(submit(element))
                }
                submitted.close()
            }
            for (handle in submitted) {
                try {
                    emit(handle.await())
                } finally {
                    handle.cancel()
                }
                permits.release()
            }
        } finally {
            submitted.cancel()
        }
    }
}

/**
 * Emits the values of jobs as they arrive: each job has a coroutine that sends its value when the collector takes it.
 */
internal fun <A, R> Flow<A>.mapUnordered(most: Int, submit: suspend (A) -> OffloadDeferred<R>): Flow<R> = channelFlow {
    val permits = Semaphore(most)
    collect { element ->
        permits.acquire()
        val handle = submit(element)
        // Undispatched, so that it cancels the handle even if it is itself cancelled at once.
        launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                send(handle.await())
            } finally {
                handle.cancel()
            }
            permits.release()
        }
    }
}.buffer(Channel.RENDEZVOUS)
