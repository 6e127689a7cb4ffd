package dev.offload.coroutines.internal.recorder

import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.face.EventBuffer
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ChannelResult
import java.time.Instant

/** What a collector is told, in the moments between two looks of its own. */
class EventBufferSpec :
    FunSpec({
        test("A1: a buffer that fills up after it was found empty is told before the gap that follows") {
            lateinit var buffer: EventBuffer<Int>
            val events = List(4) { moved(it) }
            val channel = Meddling<TaskEvent<Int>>(Channel(2)) { events.take(3).forEach(buffer::offer) }
            buffer = EventBuffer(channel)
            val seen = mutableListOf(buffer.next(), buffer.next(), buffer.next())
            buffer.offer(events[3])
            seen += buffer.next()
            seen shouldContainExactly listOf(events[0], events[1], TaskEvent.Missed(1), events[3])
        }

        test("A1: who begins to watch is not told what was still to be told when the last one left") {
            val feed = TaskFeed<Int>()
            val left = mutableListOf<TaskEvent<Int>>()
            val leaving = TaskFeed.Watcher<Int> { left += it }
            feed.watch(leaving)
            feed.add(1, TaskState.NOT_FOUND, TaskState.WORKING)
            feed.leave(leaving)
            val seen = mutableListOf<Any>()
            feed.watch { seen += (it as TaskEvent.Moved<Int>).id() }
            feed.add(2, TaskState.NOT_FOUND, TaskState.WORKING)
            feed.tell()
            left.shouldBeEmpty()
            seen shouldContainExactly listOf(2)
        }
    })

private fun moved(id: Int): TaskEvent<Int> = TaskEvent.Moved(id, TaskState.NOT_FOUND, TaskState.WORKING, Instant.EPOCH)

/** A channel into which somebody puts something behind the first look at it. */
private class Meddling<E>(private val channel: Channel<E>, private val meddle: () -> Unit) : Channel<E> by channel {
    private var looked = false

    override fun tryReceive(): ChannelResult<E> = channel.tryReceive().also { onLook() }

    override suspend fun receive(): E {
        onLook()
        return channel.receive()
    }

    private fun onLook() {
        if (!looked) {
            looked = true
            meddle()
        }
    }
}
