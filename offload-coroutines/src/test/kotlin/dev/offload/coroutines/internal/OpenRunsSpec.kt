package dev.offload.coroutines.internal

import dev.offload.coroutines.stress.bounded
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.random.Random

/** The working tasks of a recorder, through many sweeps. */
class OpenRunsSpec :
    FunSpec({
        test("A5: whatever ends, and in whatever order, those that work stay listed") {
            val runs = OpenRuns<Int>()
            val random = Random(7)
            val working = ArrayList<TaskRun<Int>>()
            for (id in 1..5_000) {
                working += TaskRun(id).also { runs.push(it) }
                while (working.size > 300 || (working.isNotEmpty() && random.nextInt(3) == 0)) {
                    runs.end(working.removeAt(random.nextInt(working.size)))
                }
                if (id % 500 == 0) runs.ids() shouldBe working.map { it.id }.sorted()
            }
        }

        test("A5: those that have ended are let go, though others work on") {
            val runs = OpenRuns<Int>()
            val staying = List(3) { id -> TaskRun(-id).also { runs.push(it) } }
            var newest = staying.last()
            repeat(10_000) { id ->
                newest = TaskRun(id).also { runs.push(it) }
                runs.end(newest)
            }
            var linked = 0
            var run: TaskRun<Int>? = newest
            while (run != null) {
                linked++
                run = run.older
            }
            linked shouldBeLessThan 100
            runs.ids() shouldBe staying.map { it.id }.sorted()
        }

        test("A5: tasks that come and go on many threads at once lose none that works") {
            val runs = OpenRuns<Int>()
            val staying = ConcurrentLinkedQueue<Int>()
            bounded {
                List(4) { thread ->
                    launch {
                        val random = Random(thread)
                        repeat(50_000) {
                            val run = TaskRun(thread * 1_000_000 + it).also { run -> runs.push(run) }
                            if (random.nextInt(100) == 0) staying += run.id else runs.end(run)
                        }
                    }
                }.joinAll()
            }
            runs.ids() shouldBe staying.sorted()
        }
    })

private fun OpenRuns<Int>.end(run: TaskRun<Int>) {
    run.writeSuccess()
    decided()
}

private fun OpenRuns<Int>.ids(): List<Int> = ArrayList<Int>().also { addTo(it) }.sorted()
