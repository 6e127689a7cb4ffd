package dev.offload.coroutines.stress

import dev.offload.ConflictPolicy
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.internal.job.entries
import dev.offload.coroutines.snapshot
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.awaitCancellation
import java.util.logging.Level
import java.util.logging.Logger

class OneMillionJobsSpec :
    FunSpec({
        val log = Logger.getLogger("dev.offload")
        beforeSpec { log.level = Level.OFF }
        afterSpec { log.level = null }

        test("R2, R4: after a million jobs the registry is empty and the heap is where it was") {
            bounded {
                val manager = realManager()
                window(manager, 0) // classes, threads and pools are there from now on
                window(manager, 1)
                val before = usedHeap()
                for (i in 2 until WINDOWS + 2) window(manager, i)
                manager.shouldBeAtRest()
                manager.entries() shouldBe 0
                val total = manager.snapshot().total()
                total.accepted() shouldBe (WINDOWS + 2L) * WINDOW
                total.failed() shouldBe total.accepted() / 4
                total.cancelled() shouldBe total.accepted() / 4
                usedHeap() - before shouldBeLessThan SLACK
            }
        }
    })

private val KIND = OffloadKind.named<Any, Int>("million")
private const val WINDOWS = 1_000
private const val WINDOW = 1_000

/** What the JVM itself may take meanwhile; a leak of one pointer a job would be 8 MB. */
private const val SLACK = 4L shl 20

/** Each key is used once and again by a later window, by every way a job may end. */
private suspend fun window(manager: OffloadManager, number: Int) {
    val handles = List(WINDOW) { i ->
        manager.submit(KIND.key(number / 2 * WINDOW + i), ConflictPolicy.REJECT) {
            when (i % 4) {
                0 -> error("on purpose")
                1 -> awaitCancellation()
                else -> i
            }
        }
    }
    handles.forEachIndexed { i, handle -> if (i % 4 == 1) handle.cancel() }
    handles.forEach { it.join() }
    while (manager.activeCount > 0) kotlinx.coroutines.yield()
}

/** After the collector, until it finds no more; what else runs in this JVM only adds. */
private fun usedHeap(): Long {
    val runtime = Runtime.getRuntime()
    fun collected(): Long {
        System.gc()
        return runtime.totalMemory() - runtime.freeMemory()
    }
    return List(5) { collected() }.min()
}
