package dev.offload.coroutines.internal.recorder

import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.coroutines.internal.fixture.survivesEndsOfStacks
import io.kotest.core.spec.style.StringSpec

internal class TaskFeedSpec :
    StringSpec({
        "R9: steps told at the very end of a stack leave a feed open for those that come later" {
            val feed = TaskFeed<Runnable>()
            feed.watch { (it as TaskEvent.Moved).id().run() }
            survivesEndsOfStacks {
                feed.add(it, TaskState.NOT_FOUND, TaskState.WORKING)
                feed.tell()
            }
        }
    })
