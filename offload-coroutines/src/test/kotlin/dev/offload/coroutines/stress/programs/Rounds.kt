package dev.offload.coroutines.stress.programs

import dev.offload.JobState
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.snapshot
import dev.offload.coroutines.stress.realManager
import dev.offload.coroutines.stress.shouldBeAtRest
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestCoroutineScheduler
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

/** Nothing in a program takes that long in virtual time. */
private const val LONG = 2_000L

/** What is wrong, beginning with the kind of it. */
internal fun inVirtualTime(program: Program, oracle: Oracle = Oracle(exact = true)): List<String> {
    val scheduler = TestCoroutineScheduler()
    val dispatcher = StandardTestDispatcher(scheduler)
    val interpreter = Interpreter(program, dispatcher, UnconfinedTestDispatcher(scheduler), oracle) { config, context ->
        OffloadManager(config, context, null, scheduler.timeSource)
    }
    val clients = program.clients.map { CoroutineScope(dispatcher).launch { interpreter.client(it) } }
    scheduler.advanceTimeBy(LONG)
    interpreter.completeScopes()
    scheduler.advanceTimeBy(LONG)
    val wrong = oracle.failures.toMutableList()
    if (clients.any { it.isActive }) wrong += "stall: ${clients.count { it.isActive }} clients wait"
    for (manager in interpreter.managers) wrong += manager.unrest()
    if (wrong.isEmpty()) {
        program.managers.forEachIndexed { n, plan ->
            val manager = interpreter.managers[n]
            val go = CompletableDeferred<Int>()
            interpreter.kinds.forEachIndexed { number, kind ->
                val places = listOfNotNull(plan.limit, plan.kinds[number]).minOfOrNull { it.maxConcurrent() }
                val jobs = List(places ?: 0) { manager.submit(kind.key(100 + it)) { go.await() } }
                scheduler.runCurrent()
                wrong += jobs.lost(kind.name())
                go.complete(1)
                scheduler.runCurrent()
            }
        }
    }
    interpreter.managers.forEach { it.cancel() }
    scheduler.runCurrent()
    return wrong
}

private fun List<OffloadDeferred<*>>.lost(kind: String): List<String> {
    val queued = count { it.jobState() == JobState.QUEUED }
    return if (queued == 0) emptyList() else listOf("permits: $queued of $size are lost for $kind")
}

private fun OffloadManager.unrest(): List<String> {
    val snapshot = snapshot()
    val total = snapshot.total()
    return buildList {
        if (activeCount != 0) add("stall: $snapshot")
        if (total.accepted() !=
            total.succeeded() + total.failed() + total.cancelled() + total.active()
        ) {
            add("accounts: $total")
        }
        if (total.submitted() != total.accepted() + total.joined() + total.rejected()) add("accounts: $total")
    }
}

internal fun onRealThreads(program: Program): List<String> {
    val oracle = Oracle(exact = false)
    val interpreter = Interpreter(program, Dispatchers.Default, Dispatchers.Unconfined, oracle) { config, context ->
        realManager(context, config)
    }
    val clients = program.clients.map { CoroutineScope(Dispatchers.Default + Job()).launch { interpreter.client(it) } }
    return runBlocking {
        val ended = withTimeoutOrNull(20.seconds) {
            clients.joinAll()
            interpreter.completeScopes()
            interpreter.managers.forEach { it.joinAll() }
        }
        val wrong = oracle.failures.toMutableList()
        if (ended == null) {
            wrong +=
                "stall: ${clients.count { it.isActive }} clients wait; ${interpreter.managers.map { it.snapshot() }}"
        } else {
            interpreter.managers.forEach { it.shouldBeAtRest() }
        }
        interpreter.managers.forEach { it.cancel() }
        wrong
    }
}

// What failed.

internal fun List<String>.kind() = first().take(10)

/** A program as small as can be had by leaving out one thing after the other, that fails in the same way. */
internal fun smallest(program: Program, kind: String): Program {
    val smaller = program.smaller().find { candidate ->
        runCatching { inVirtualTime(candidate) }.getOrDefault(emptyList()).any { it.startsWith(kind) }
    }
    return if (smaller == null) program else smallest(smaller, kind)
}

/** As it is read best. */
internal fun Program.text(): String = (
    (managers + scopes) +
        jobs.withIndex().filter { (n, _) -> "job=$n)" in toString() }.map { (n, job) -> "$n: $job" } +
        clients.map { "client: $it" }
    ).joinToString("\n")
