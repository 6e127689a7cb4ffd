package consumer

import dev.offload.ConflictPolicy
import dev.offload.OffloadKind
import dev.offload.TaskState
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.find
import dev.offload.coroutines.scope
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

private val load = OffloadKind.named<String, String>("page.load")
private val store = OffloadKind.named<String, String>("page.store")

private const val CALLERS = 50

/** Something of everything, in Kotlin; prints the versions it ran with, if all went well. */
suspend fun main() {
    val manager = OffloadManager()
    shares(manager)
    owns(manager)
    remembers(manager)
    waits()
    check(manager.shutdown(1.seconds, 1.seconds).isClean)
    println("ran with Kotlin ${KotlinVersion.CURRENT}, coroutines ${coroutines()}")
}

private suspend fun shares(manager: OffloadManager) = coroutineScope {
    val loads = AtomicInteger()
    val asked = CompletableDeferred<Unit>()
    val callers = List(CALLERS) {
        async {
            manager.call(load.key("/")) {
                loads.incrementAndGet()
                asked.await()
                "page"
            }
        }
    }
    while (manager.find(load.key("/"))?.leases()?.toInt() != CALLERS) kotlinx.coroutines.yield()
    callers.first().cancel()
    asked.complete(Unit)
    check(callers.drop(1).awaitAll().all { it == "page" })
    check(loads.get() == 1) { "$loads loads" }
}

private suspend fun owns(manager: OffloadManager) {
    val owned = manager.scope("GET /") {
        val timeout = TimeoutPolicy(warnAfter = 10.seconds, cancelAfter = 30.seconds)
        submit(load.key("owned"), conflict = ConflictPolicy.REPLACE, timeout = timeout) { "owned" }.await()
    }
    check(owned == "owned")
}

private suspend fun remembers(manager: OffloadManager) {
    val tasks = manager.scope("tasks") {
        TaskRecorder(this, store).also { it.launch("1") { "stored" } }
    }
    check(tasks.state("1") == TaskState.SUCCEEDED)
}

private suspend fun waits() {
    val answers = WaitMap<Int, String>("answers")
    answers.subscribe(1).use { answer ->
        answers.wake(1, "answered")
        check(answer.await(30.seconds) == "answered")
    }
}

private fun coroutines(): String = kotlinx.coroutines.Job::class.java
    .getResource("/META-INF/kotlinx_coroutines_core.version")!!
    .readText()
    .trim()
