package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.LaunchOutcome
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.TaskState.FAILED
import dev.offload.TaskState.WORKING
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelAll
import dev.offload.coroutines.complete
import dev.offload.coroutines.find
import dev.offload.coroutines.internal.face.openScope
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.snapshot
import dev.offload.coroutines.stress.bounded
import dev.offload.coroutines.stress.realManager
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.random.Random

private val TASK = OffloadKind.named<Any, Unit>("task")

/** The jobs of recorders, which have a place of their own in the registry of their scope. */
class SectionSpec :
    FunSpec({
        test("A5: a recorder lists its own tasks, and not those of another or jobs of the same kind") {
            manager { manager ->
                val (one, two) = List(2) { TaskRecorder<String, Unit>(manager, TASK) }
                one.works("a")
                one.works("b")
                two.works("b")
                manager.submit(TASK.key("c")) { awaitCancellation() }
                one.tasks(WORKING) shouldContainExactlyInAnyOrder listOf("a", "b")
                two.tasks(WORKING) shouldContainExactly listOf("b")
                manager.snapshot().jobs().map { it.label() }.size shouldBe 4
                manager.cancelAll() shouldBe 4
                one.tasks(WORKING).shouldBeEmpty()
                two.tasks(FAILED) shouldContainExactly listOf("b")
            }
        }

        test("R5, R7: by its key, a recorder's job is found, met and cancelled in its scope, and in no other") {
            manager { manager ->
                val recorder = TaskRecorder<String, Unit>(manager, TASK)
                recorder.works("a")
                val job = manager.snapshot().jobs().single()

                @Suppress("UNCHECKED_CAST")
                val key = job.key() as OffloadKey<Unit>
                manager.find(key)?.key() shouldBe key
                manager.isInFlight(key) shouldBe true
                val other = manager.openScope("other")
                other.cancel(key) shouldBe false
                other.complete()
                recorder.tasks(WORKING) shouldContainExactly listOf("a")
                manager.cancel(key) shouldBe true
                recorder.tasks(WORKING).shouldBeEmpty()
                recorder.tasks(FAILED) shouldContainExactly listOf("a")
            }
        }

        test("A1: nobody but its recorder joins or runs what is under the key of a task") {
            manager { manager ->
                val recorder = TaskRecorder<String, Unit>(manager, TASK)
                val handle = recorder.launch("a") { awaitCancellation() }
                    .shouldBeInstanceOf<LaunchOutcome.Launched<OffloadDeferred<Unit>>>()
                    .handle()
                val key = handle.key() as OffloadKey.Keyed<Unit>
                val other = manager.openScope("other")
                for (scope in listOf(manager, other)) {
                    shouldThrow<IllegalArgumentException> { scope.submit(key) { } }
                        .message shouldContain "belongs to a task of a recorder (kind task)"
                    shouldThrow<IllegalArgumentException> { scope.trySubmit(key) { } }
                    shouldThrow<IllegalArgumentException> { scope.submitWhenRoom(key) { } }
                    shouldThrow<IllegalArgumentException> { scope.share(key) { } }
                    shouldThrow<IllegalArgumentException> { scope.call(key) { } }
                }
                handle.cancel() shouldBe true
                recorder.state("a") shouldBe FAILED
                shouldThrow<IllegalArgumentException> { manager.submit(key) { } }
                recorder.works("a")
                other.complete()
                manager.cancelAll() shouldBe 1
            }
        }

        test("A5: whatever ends, and in whatever order, those that work stay listed, each once") {
            manager { manager ->
                val recorder = TaskRecorder<Int, Unit>(manager, TASK)
                val random = Random(7)
                val ends = HashMap<Int, CompletableDeferred<Boolean>>()
                val handles = ArrayList<OffloadDeferred<*>>()
                repeat(2_000) {
                    val id = random.nextInt(100)
                    val end = ends[id]
                    if (end == null) {
                        val next = CompletableDeferred<Boolean>()
                        val launched = recorder.launch(id) { check(next.await()) }
                        if (launched is LaunchOutcome.Launched) {
                            ends[id] = next
                            handles += launched.handle()
                        }
                    } else if (random.nextBoolean()) {
                        ends -= id
                        end.complete(random.nextInt(4) == 0)
                        while (recorder.state(id) == WORKING) yield()
                    }
                    if (it % 100 == 0) recorder.tasks(WORKING) shouldContainExactlyInAnyOrder ends.keys
                }
                recorder.tasks(WORKING) shouldContainExactlyInAnyOrder ends.keys
                // A count is exact at rest: when those that ended have been told.
                handles.filterNot { it.jobState().isActive }.forEach { it.join() }
                recorder.count(WORKING) shouldBe ends.size
            }
        }

        test("A5: tasks that come and go on many threads at once hide none that works") {
            manager { manager ->
                val recorder = TaskRecorder<Int, Unit>(manager, TASK)
                val staying = ConcurrentLinkedQueue<Int>()
                List(4) { thread ->
                    launch {
                        repeat(2_000) {
                            val id = thread * 10_000 + it
                            if (it % 100 == 0) {
                                recorder.works(id)
                                staying += id
                            } else {
                                recorder.launch(id) { }
                            }
                            val before = staying.toList()
                            if (it % 50 == 0) (before - recorder.tasks(WORKING).toSet()).shouldBeEmpty()
                        }
                    }
                }.joinAll()
                while (recorder.count(WORKING) > staying.size) yield()
                recorder.tasks(WORKING) shouldContainExactlyInAnyOrder staying
            }
        }

        test("a section that nobody can use is forgotten; one with jobs, or with a key somebody has, is not") {
            val registry = Registry(4)
            val kept = registry.section()
            fun key() = TASK.key(TaskId(registry.section(), "a"))
            val key = key()
            repeat(100) { key() }
            var left = registry.sections()
            repeat(50) {
                if (left > 10) {
                    System.gc()
                    registry.section()
                    left = registry.sections()
                }
            }
            left shouldBeLessThan 11
            kept.isOf(registry) shouldBe true
            registry.cancel(key, CancelReason.CANCELLED) shouldBe false
        }

        test("S1: tasks of a recorder that nobody has any more end with their scope") {
            manager { manager ->
                val begun = CompletableDeferred<Unit>()
                val ended = CompletableDeferred<Unit>()
                TaskRecorder<String, Unit>(manager, TASK).launch("a") {
                    begun.complete(Unit)
                    try {
                        awaitCancellation()
                    } finally {
                        ended.complete(Unit)
                    }
                }
                begun.await()
                System.gc()
                TaskRecorder<String, Unit>(manager, TASK)
                manager.snapshot().jobs().size shouldBe 1
                manager.cancel()
                ended.await()
            }
        }
    })

private fun manager(test: suspend CoroutineScope.(OffloadManager) -> Unit) = bounded {
    val manager = realManager()
    try {
        test(manager)
    } finally {
        manager.cancel()
        manager.joinAll()
    }
}

private fun <ID : Any> TaskRecorder<ID, Unit>.works(id: ID) {
    launch(id) { awaitCancellation() }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
}
