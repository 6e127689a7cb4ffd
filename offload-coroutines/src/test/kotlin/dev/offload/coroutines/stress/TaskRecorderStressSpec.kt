package dev.offload.coroutines.stress

import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.RevokeOutcome
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.joinAll
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicIntegerArray
import java.util.concurrent.atomic.LongAdder
import kotlin.random.Random
import kotlin.time.Duration.Companion.minutes

/**
 * 16 threads launch, fail, cancel and revoke 1,000 tasks; every success and every revoke is counted outside. A success is
 * counted after it is told, a revoke before: so a body that starts never finds more successes than revokes.
 */
class TaskRecorderStressSpec :
    FunSpec({
        test("A2, A3: no task succeeds twice, no success is revoked twice, and none sticks") {
            Executors.newFixedThreadPool(THREADS).asCoroutineDispatcher().use { threads ->
                bounded(3.minutes) {
                    val manager = realManager(threads)
                    val recorder = TaskRecorder<Int, Unit>(manager, TASK)
                    val counts = Counts()
                    List(THREADS) { seed ->
                        launch(threads) {
                            val random = Random(seed)
                            repeat(STEPS) { step(recorder, counts, random) }
                        }
                    }.joinAll()
                    manager.shouldBeAtRest()
                    counts.check(recorder)
                }
            }
        }

        test("A1: whatever races, each id's transitions are told in order, without a gap") {
            bounded(3.minutes) {
                val manager = realManager()
                val recorder = TaskRecorder<Int, Unit>(manager, TASK)
                val last = mutableMapOf<Int, TaskState>()
                var moves = 0L
                val collector = launch(start = CoroutineStart.UNDISPATCHED) {
                    recorder.transitions.takeWhile { it !is TaskEvent.Moved || it.id() != END }.collect { event ->
                        when (event) {
                            is TaskEvent.Snapshot -> error("it was not asked for")

                            is TaskEvent.Missed -> last.clear()

                            // what they were is unknown now
                            is TaskEvent.Moved -> {
                                event.from() shouldBeIn
                                    listOf(last[event.id()], event.from().takeIf { event.id() !in last })
                                last[event.id()] = event.to()
                                moves++
                            }
                        }
                    }
                }
                List(4) { seed ->
                    launch {
                        val random = Random(seed)
                        repeat(STEPS) { step(recorder, Counts(), random, ids = 5) }
                    }
                }.joinAll()
                manager.joinAll()
                recorder.launch(END) { }
                collector.join()
                moves shouldBeGreaterThan 0
            }
        }

        test(
            "A1: whoever begins to watch, whenever that is, has a view that each step fits, and that is right at rest",
        ) {
            bounded(3.minutes) {
                val manager = realManager()
                val recorder = TaskRecorder<Int, Unit>(manager, TASK)
                val done = AtomicBoolean()
                val throughout = View()
                val collector = launch(start = CoroutineStart.UNDISPATCHED) {
                    recorder.watch().takeWhile { it !is TaskEvent.Moved || it.id() != END }.collect(throughout::on)
                }
                val viewers = List(3) { seed ->
                    launch {
                        val random = Random(seed)
                        while (!done.get()) {
                            // Few events, or none: watching begins and ends all the time, and so do steps without it.
                            val view = View()
                            withTimeoutOrNull(20) { recorder.watch().take(1 + random.nextInt(20)).collect(view::on) }
                            views.increment()
                        }
                    }
                }
                List(4) { seed ->
                    launch {
                        val random = Random(seed)
                        repeat(STEPS) {
                            step(recorder, Counts(), random, ids = 5)
                            val id = random.nextInt(5)
                            if (random.nextBoolean()) recorder.forget(id) else recorder.dropSucceeded(listOf(id))
                        }
                    }
                }.joinAll()
                done.set(true)
                viewers.joinAll()
                manager.joinAll()
                val atRest = View().apply { on(recorder.watch().first()) }
                recorder.launch(END) { }
                collector.join()
                throughout.states shouldBe atRest.states
                atRest.states shouldBe recorder.tasks(TaskState.FAILED).associateWith { TaskState.FAILED }
                views.sum() shouldBeGreaterThan 0
            }
        }
    })

private val views = LongAdder()

/** What works and has failed, by what a watcher is told. */
private class View {
    val states = mutableMapOf<Int, TaskState>()

    fun on(event: TaskEvent<Int>) {
        when (event) {
            is TaskEvent.Snapshot -> {
                states.clear()
                event.working().associateWithTo(states) { TaskState.WORKING }
                event.failed().associateWithTo(states) { TaskState.FAILED }
            }

            is TaskEvent.Moved -> {
                states.remove(event.id()) shouldBe event.from().takeIf(SHOWN::contains)
                if (event.to() in SHOWN) states[event.id()] = event.to()
            }

            is TaskEvent.Missed -> error("a new snapshot is told instead")
        }
    }

    private companion object {
        val SHOWN = setOf(TaskState.WORKING, TaskState.FAILED)
    }
}

private class Counts {
    val successes = AtomicIntegerArray(IDS)
    val revokes = AtomicIntegerArray(IDS)
    val failures = LongAdder()
    val revoked = LongAdder()
    val startedAgain = LongAdder()

    fun starts(id: Int) {
        val succeeded = successes[id] // first: a success that is revoked meanwhile counts for both
        if (succeeded > revokes[id]) startedAgain.increment()
    }

    fun check(recorder: TaskRecorder<Int, Unit>) {
        recorder.count(TaskState.WORKING) shouldBe 0
        for (id in 0 until IDS) {
            val state = recorder.state(id)
            successes[id] - revokes[id] shouldBe if (state == TaskState.SUCCEEDED) 1 else 0
        }
        for (state in listOf(TaskState.SUCCEEDED, TaskState.FAILED)) {
            val ids = (0 until IDS).filter { recorder.state(it) == state }
            recorder.tasks(state) shouldContainExactlyInAnyOrder ids
            recorder.count(state) shouldBe ids.size.toLong()
        }
        startedAgain.sum() shouldBe 0
        (0 until IDS).sumOf { revokes[it].toLong() } shouldBe revoked.sum()
        (0 until IDS).sumOf { revokes[it].toLong() } shouldBeGreaterThan 0
        failures.sum() shouldBeGreaterThan 0
    }
}

private suspend fun step(recorder: TaskRecorder<Int, Unit>, counts: Counts, random: Random, ids: Int = IDS) {
    val id = random.nextInt(ids)
    if (random.nextInt(3) == 0) {
        revoke(recorder, counts, random, id)
        return
    }
    val fails = random.nextInt(4) == 0
    val yields = random.nextBoolean()
    val launched = recorder.launch(id) {
        counts.starts(id)
        if (yields) yield()
        if (fails) error("no")
    }
    if (launched is LaunchOutcome.Launched) {
        val handle: OffloadDeferred<Unit> = launched.handle()
        if (random.nextInt(4) == 0) handle.cancel()
        handle.join() // a lease that was cancelled in the moment of the success does not tell it
        if (handle.jobState() ==
            JobState.SUCCEEDED
        ) {
            counts.successes.incrementAndGet(id)
        } else {
            counts.failures.increment()
        }
    }
}

private suspend fun revoke(recorder: TaskRecorder<Int, Unit>, counts: Counts, random: Random, id: Int) {
    val fails = random.nextInt(4) == 0
    val outcome = recorder.revoke(id) {
        yield()
        if (fails) error("no")
        counts.revokes.incrementAndGet(id)
    }
    if (outcome is RevokeOutcome.Revoked) counts.revoked.increment()
}

private val TASK = OffloadKind.named<Any, Unit>("task")
private const val THREADS = 16
private const val IDS = 1_000
private const val STEPS = 5_000
private const val END = -1
