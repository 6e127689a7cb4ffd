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

/** The events of a feed, from the start of collecting on; each collector has its own buffer. */
internal fun <ID : Any> transitionsOf(feed: TaskFeed<ID>): Flow<TaskEvent<ID>> = flow {
    val buffer = EventBuffer<ID>()
    val events = flow { while (true) emit(buffer.next()) }
    feed.watch(buffer)
    try {
        // An unknown dispatcher might delay the sender, which is the end of a task.
        emitAll(if (currentCoroutineContext().resumesQuickly()) events else events.flowOn(Dispatchers.Default))
    } finally {
        feed.leave(buffer)
    }
}

/**
 * The tasks that are working or have failed, and then the events of a feed; starts over if the collector missed some.
 * The previous subscription has ended by then, after its remaining events.
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

/** The events a collector has yet to receive; added by the feed, one thread at a time, and taken by the collector. */
internal class EventBuffer<ID : Any>(
    private val events: Channel<TaskEvent<ID>> = Channel(TaskRecorder.FEED_CAPACITY),
) : TaskFeed.Watcher<ID> {
    private val missed = AtomicLong()

    override fun offer(event: TaskEvent<ID>) {
        // After a miss nothing is buffered until that is reported; otherwise events after the gap would come before it.
        if (missed.get() > 0 || !events.trySend(event).isSuccess) missed.incrementAndGet()
    }

    /**
     * Buffered events come first: the missed ones are later. While some are missed, none is added, so a buffer found
     * empty was delivered completely; checked earlier, it might be empty and fill up before the gap is seen.
     */
    suspend fun next(): TaskEvent<ID> =
        if (missed.get() == 0L) events.receive() else events.tryReceive().getOrNull() ?: gap()

    private fun gap() = TaskEvent.Missed<ID>(missed.getAndSet(0))
}
