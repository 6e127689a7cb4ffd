package dev.offload.coroutines.stress

import dev.offload.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.snapshot
import dev.offload.spi.OffloadListener
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Runs a test on real threads; a wake-up that is missed fails it, instead of hanging. */
internal fun <T> bounded(limit: Duration = 60.seconds, test: suspend CoroutineScope.() -> T): T =
    runBlocking(Dispatchers.Default) { withTimeout(limit) { test() } }

internal fun realManager(context: CoroutineContext = Dispatchers.Default, config: OffloadConfig = QUIET) =
    OffloadManager(config, context, null as OffloadListener?)

private val QUIET = OffloadConfig.defaults()

/** R4, at rest. The last job is counted out a moment after its state says that it ended, so this waits for the count. */
internal suspend fun OffloadManager.shouldBeAtRest() {
    joinAll()
    while (activeCount > 0) yield()
    val snapshot = snapshot()
    snapshot.jobs().shouldBeEmpty()
    snapshot.byKind().forEach { (_, stats) ->
        stats.active() shouldBe 0
        stats.accepted() shouldBe stats.succeeded() + stats.failed() + stats.cancelled()
        stats.submitted() shouldBe stats.accepted() + stats.joined() + stats.rejected()
    }
}
