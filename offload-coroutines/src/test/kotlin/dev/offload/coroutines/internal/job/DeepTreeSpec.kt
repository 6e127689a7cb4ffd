package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.ScopeSnapshot
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe

private const val DEPTH = 100_000
private val KIND = OffloadKind.named<Any, String>("deep")

/** R10: a tree of scopes as deep as the contract says, walked on a thread with hardly any stack. */
class DeepTreeSpec :
    FunSpec({
        fun chain(): List<ScopeCore> = generateSequence(scopeByHand()) { it.open("below", false, null) }
            .take(DEPTH + 1)
            .toList()

        fun ScopeCore.run(id: Int): JobCell<String> =
            submissions().submit(KIND.key(id), null, null, ByHandBody()).taken().also { it.begin() shouldBe true }

        test("R10: a deep tree of scopes is looked at without recursion") {
            onSmallStack {
                val scopes = chain()
                val top = scopes.first()
                val jobs = listOf(top, scopes[DEPTH / 2], scopes.last()).mapIndexed { i, scope -> scope.run(i) }
                top.views().activeCount() shouldBe 3
                top.views().jobs() shouldContainExactly jobs
                top.views().activeJobs().size shouldBe 3
                top.cancelAll() shouldBe 3
            }
        }

        test("E5, R10: a circle through a deep tree is found, also by a wait that begins deep in it") {
            onSmallStack {
                val scopes = chain()
                val outer = scopeByHand().run(0)
                val deepest = scopes.last().run(1)
                val wait = WaitGraph.begin(outer, scopes.first())
                shouldThrow<OffloadCycleException> { WaitGraph.begin(deepest, outer.endTarget()) }
                wait.close()
                val inner = WaitGraph.begin(deepest, outer.endTarget())
                shouldThrow<OffloadCycleException> { WaitGraph.begin(outer, scopes.first()) }
                inner.close()
                WaitGraph.begin(outer, scopes.first()).close()
                scopes.first().cancelAll() shouldBe 1
            }
        }

        test("R4, R10: in the snapshot of a deep tree each scope counts what is under it, and has its own jobs") {
            onSmallStack {
                val scopes = chain()
                scopes.last().run(0)
                scopes[DEPTH / 2].run(1).succeed("")
                val levels = generateSequence(scopes.first().views().snapshot()) {
                    it.children().singleOrNull()
                }.toList()
                levels.size shouldBe DEPTH + 1
                fun ScopeSnapshot.counts() = listOf(total().active(), total().succeeded())
                levels.take(DEPTH / 2 + 1).all { it.counts() == listOf(1L, 1L) } shouldBe true
                levels.drop(DEPTH / 2 + 1).all { it.counts() == listOf(1L, 0L) } shouldBe true
                levels.dropLast(1).all { it.jobs().isEmpty() } shouldBe true
                levels.last().jobs().size shouldBe 1
                levels.first().byKind().getValue("deep").accepted() shouldBe 2
                scopes.first().views().openScopes().single().total() shouldBe levels[1].total()
            }
        }

        test("R10: closing a deep tree cancels every job in it, and all scopes end") {
            onSmallStack {
                val scopes = chain()
                val closed = mutableListOf<Int>()
                scopes.forEachIndexed { i, scope -> if (i % 25_000 == 0) scope.onClose { closed += i } }
                val jobs = listOf(scopes.first(), scopes.last()).mapIndexed { i, scope -> scope.run(i) }
                scopes.last().isWithinCancelled shouldBe false
                scopes.first().close() shouldContainExactly jobs
                closed shouldContainExactly listOf(100_000, 75_000, 50_000, 25_000, 0)
                scopes.last().isWithinCancelled shouldBe true
                jobs.forEach {
                    it.state() shouldBe JobState.CANCELLING
                    it.snapshot().cancelReason() shouldBe CancelReason.SCOPE_CLOSED
                }
                scopes.first().termination().hasFired() shouldBe false
                jobs.forEach { it.succeed("late") }
                scopes.all { it.termination().hasFired() } shouldBe true
                scopes.first().views().snapshot().children().shouldBeEmpty()
                scopes.first().views().snapshot().total().cancelled() shouldBe 2
            }
        }

        test("R10: the end of the innermost scope ends all that wait for it, up the tree") {
            onSmallStack {
                val scopes = chain()
                scopes.last().run(0).succeed("")
                scopes.dropLast(1).forEach { it.complete() }
                scopes.none { it.termination().hasFired() } shouldBe true
                scopes.last().complete()
                scopes.all { it.termination().hasFired() } shouldBe true
                scopes.first().views().snapshot().total().succeeded() shouldBe 1
            }
        }

        test("R9: what the close of one scope runs may throw, the other scopes are told") {
            val root = scopeByHand()
            var told = 0
            root.onClose { told++ }
            root.open("bad", false, null).onClose { error("thrown by a handler") }
            root.open("good", false, null).onClose { told++ }
            root.close().shouldBeEmpty()
            told shouldBe 2
            root.termination().hasFired() shouldBe true
        }

        test("R10: scopes under one end in any order, and those left are in the order in which they were opened") {
            val root = scopeByHand()
            val scopes = List(7) { root.open("$it", false, null) }
            fun names() = root.views().openScopes().map { it.name() }
            for (i in listOf(3, 0, 6, 1)) scopes[i].complete()
            names() shouldContainExactly listOf("2", "4", "5")
            root.open("7", false, null)
            for (i in listOf(5, 2, 4)) scopes[i].complete()
            names() shouldContainExactly listOf("7")
        }
    })
