package dev.offload.coroutines.internal.face

import dev.offload.TaskEvent
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.dispatch.resumesQuickly
import dev.offload.coroutines.internal.recorder.RecorderCore
import dev.offload.coroutines.internal.recorder.TaskFeed
import dev.offload.coroutines.internal.recorder.TaskViewer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import java.util.concurrent.atomic.AtomicLong

/** The events of a feed, from the moment of collecting on; each collector has a buffer of its own. */
internal fun <ID : Any> transitionsOf(feed: TaskFeed<ID>): Flow<TaskEvent<ID>> = flow {
    val buffer = EventBuffer<ID>()
    val events = flow { while (true) emit(buffer.next()) }
    feed.watch(buffer)
    try {
        // A dispatcher that nobody knows might hold up who sends, which is the end of a task.
        emitAll(if (currentCoroutineContext().resumesQuickly()) events else events.flowOn(Dispatchers.Default))
    } finally {
        feed.leave(buffer)
    }
}

/**
 * What works and has failed, and then the events of a feed; anew where the collector missed some. A subscription that went
 * before has ended by then, with what it had still to tell.
 */
internal fun <ID : Any> watchOf(core: RecorderCore<ID, *>): Flow<TaskEvent<ID>> = flow {
    while (true) emitAll(viewOf(core))
}

/** One subscription, until it missed something. */
private fun <ID : Any> viewOf(core: RecorderCore<ID, *>): Flow<TaskEvent<ID>> = flow {
    val buffer = EventBuffer<ID>()
    val viewer = TaskViewer(buffer)
    core.view(viewer)
    val events = flow {
        while (true) {
            when (val event = buffer.next()) {
                is TaskEvent.Snapshot -> emit(viewer.snapshot())
                is TaskEvent.Moved -> emit(event)
                is TaskEvent.Missed -> break
            }
        }
    }
    try {
        emitAll(if (currentCoroutineContext().resumesQuickly()) events else events.flowOn(Dispatchers.Default))
    } finally {
        core.feed().leave(viewer)
    }
}

/** What a collector has still to be told; the feed adds, one thread at a time, and the collector takes. */
internal class EventBuffer<ID : Any>(
    private val events: Channel<TaskEvent<ID>> = Channel(TaskRecorder.FEED_CAPACITY),
) : TaskFeed.Watcher<ID> {
    private val missed = AtomicLong()

    override fun offer(event: TaskEvent<ID>) {
        // After a miss nothing is buffered until that is told, or what came after the gap would be told before it.
        if (missed.get() > 0 || !events.trySend(event).isSuccess) missed.incrementAndGet()
    }

    /**
     * What is buffered comes first: what was missed is later than that. While something is, nothing is added, so a buffer
     * found empty was told to its end; looked at before that, it may be empty and fill up until the gap is seen.
     */
    suspend fun next(): TaskEvent<ID> =
        if (missed.get() == 0L) events.receive() else events.tryReceive().getOrNull() ?: gap()

    private fun gap() = TaskEvent.Missed<ID>(missed.getAndSet(0))
}
