package dev.offload.coroutines.internal.job

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.internal.kinds.KindSettings
import dev.offload.coroutines.internal.kinds.ScopeKind
import dev.offload.coroutines.internal.limits.Lane
import dev.offload.coroutines.internal.limits.PermitPool
import dev.offload.coroutines.internal.limits.RoomWaiter
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/**
 * T3: permits and waits step by step. After each step no job queues that finds room in all its limits, or finds there only
 * holders that wait for it; and none that must be lent a permit lest all stand still. Which of them starts, and when, is not
 * left to what comes next.
 */
class LendingSpec :
    FunSpec({
        val x = OffloadKind.named<Any, String>("x")
        val y = OffloadKind.named<Any, String>("y")
        val z = OffloadKind.named<Any, String>("z")
        val free = OffloadKind.named<Any, String>("free")
        val one = ConcurrencyLimit.of(1)
        val two = ConcurrencyLimit.of(2)

        test("T3: a permit that gets free starts a job whose other permit is held by a body that waits for it") {
            BodiesByHand(x to one).run {
                val scope = root.open("scope", false, two)
                val waits = submit(free.key("waits"), scope)
                submit(free.key("works"), scope)
                val other = submit(x.key("other"))
                val queued = submit(x.key("queued"), scope)
                waits waitsFor queued
                submit(free.key("waits, too")) waitsFor queued
                queued.runs shouldBe false
                other.end()
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test(
            "T3: so it does when another one that was waited for is cancelled, and whoever is before it in the queue",
        ) {
            BodiesByHand(x to one).run {
                val scope = root.open("scope", false, ConcurrencyLimit.of(3))
                val waits = submit(free.key("waits"), scope)
                val waitedFirst = submit(free.key("waited first"), scope)
                submit(free.key("works"), scope)
                val other = submit(x.key("other"))
                val first = submit(x.key("first"), scope)
                val cancelled = submit(x.key("cancelled"), scope)
                val queued = submit(x.key("queued"), scope)
                waitedFirst.waitsFor(first).close()
                waits waitsFor listOf(cancelled, queued)
                cancelled.cancel()
                other.end()
                queued.runs shouldBe true
                first.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: as above, where the wait began when its body had lent that permit to another job") {
            BodiesByHand(x to one).run {
                val scope = root.open("scope", false, two)
                val waits = submit(free.key("waits"), scope)
                submit(free.key("works"), scope)
                val other = submit(x.key("other"))
                val borrows = submit(free.key("borrows"), scope)
                waits waitsFor borrows
                borrows.runs shouldBe true
                val queued = submit(x.key("queued"), scope)
                waits waitsFor queued
                borrows.end()
                queued.runs shouldBe false
                other.end()
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: a body that waits for a successor lends to it as it comes to queue") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val predecessor = submit(x.key("again"))
                waits waitsFor predecessor
                val successor = submit(x.key("again"), conflict = ConflictPolicy.NEXT)
                waits waitsFor successor
                predecessor.end()
                successor.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: so it does when the successor lacks another permit, too, which gets free later") {
            BodiesByHand(x to one).run {
                val scope = root.open("scope", false, two)
                val waits = submit(free.key("waits"), scope)
                submit(free.key("works"), scope)
                val predecessor = submit(x.key("again"), scope)
                waits waitsFor predecessor
                val other = submit(x.key("other"))
                val successor = submit(x.key("again"), scope, ConflictPolicy.NEXT)
                waits waitsFor successor
                predecessor.end()
                other.runs shouldBe true
                successor.runs shouldBe false
                other.end()
                successor.runs shouldBe true
                comeToRest()
            }
        }

        test(
            "T3: two bodies would hold each other up as a successor comes to queue: the oldest job waited for is lent to",
        ) {
            BodiesByHand(x to one, y to one).run {
                val first = submit(x.key("first"))
                val second = submit(y.key("second"))
                val predecessor = submit(x.key("again"))
                first waitsFor predecessor
                val successor = submit(x.key("again"), conflict = ConflictPolicy.NEXT)
                second waitsFor successor
                val queued = submit(y.key("queued"))
                first waitsFor queued
                queued.runs shouldBe false
                predecessor.end()
                queued.runs shouldBe true
                successor.runs shouldBe false
                queued.end()
                first.end()
                successor.runs shouldBe true
                comeToRest()
            }
        }

        test(
            "T3: two bodies would hold each other up as one gets its permit back: the oldest job waited for is lent to",
        ) {
            BodiesByHand(x to one, y to one).run {
                val first = submit(x.key("first"))
                val second = submit(y.key("second"))
                val borrows = submit(x.key("borrows"))
                first waitsFor borrows
                val older = submit(x.key("older"))
                second waitsFor older
                val younger = submit(y.key("younger"))
                first waitsFor younger
                older.runs shouldBe false
                borrows.end()
                older.runs shouldBe true
                younger.runs shouldBe false
                comeToRest()
            }
        }

        for (closedByFirst in listOf(true, false)) {
            val closes = if (closedByFirst) "first" else "second"
            test("T3: of jobs that hold each other up the oldest is lent to, whoever comes last: the $closes") {
                BodiesByHand(x to one, y to one).run {
                    val first = submit(x.key("first"))
                    val second = submit(y.key("second"))
                    val older = submit(y.key("older"))
                    val younger = submit(x.key("younger"))
                    if (closedByFirst) {
                        second waitsFor younger
                        first waitsFor older
                    } else {
                        first waitsFor older
                        second waitsFor younger
                    }
                    holders(y) shouldBe setOf(older)
                    holders(x) shouldBe setOf(first)
                    comeToRest()
                }
            }
        }

        test("T3: a job is held up by all who hold what it lacks, when all of them are") {
            BodiesByHand(x to one, y to two).run {
                val first = submit(x.key("first"))
                val others = List(2) { submit(y.key(it)) }
                val needsFirst = submit(x.key("needs first"))
                val needsOther = submit(y.key("needs one of the others"))
                others[0] waitsFor needsFirst
                first waitsFor needsOther
                needsFirst.runs shouldBe false
                needsOther.runs shouldBe false
                others[1] waitsFor needsFirst
                needsFirst.runs shouldBe true
                needsOther.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: nobody is held up by who waits for a body at work, and nobody lends for that") {
            BodiesByHand(x to one, y to one, z to one).run {
                val works = submit(free.key("works"))
                val waits = submit(y.key("waits for work"))
                val first = submit(x.key("first"))
                val second = submit(z.key("second"))
                submit(z.key("queued"))
                val ofWaits = submit(y.key("needs who waits for work"))
                val ofFirst = submit(x.key("needs first"))
                waits waitsFor works
                first waitsFor ofWaits
                second waitsFor ofFirst
                ofWaits.runs shouldBe false
                ofFirst.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: nor where the body at work is found before those who wait for it") {
            BodiesByHand(x to one, y to one).run {
                val works = submit(free.key("works"))
                val between = submit(free.key("between"))
                val waits = submit(y.key("waits for work"))
                val body = submit(x.key("body"))
                submit(x.key("queued"))
                val queued = submit(y.key("needs who waits for work"))
                between waitsFor works
                waits waitsFor between
                body waitsFor listOf(between, queued)
                queued.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: who is held up by two others for ever goes on when both are lent to, at once") {
            BodiesByHand(x to one, y to one, z to one).run {
                val both = submit(x.key("both"))
                val first = submit(y.key("first"))
                val second = submit(z.key("second"))
                val ofFirst = submit(y.key("needs first"))
                val ofSecond = submit(z.key("needs second"))
                first waitsFor submit(x.key("a"))
                second waitsFor submit(x.key("b"))
                both waitsFor listOf(ofFirst, ofSecond)
                ofFirst.runs shouldBe true
                ofSecond.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: one of those that hold each other up lacks what others work on: it is lent to when that gets free") {
            BodiesByHand(x to one, y to one).run {
                val left = root.open("left", false, one)
                val right = root.open("right", false, one)
                val inLeft = submit(free.key("in left"), left)
                submit(free.key("in right"), right)
                val first = submit(x.key("first"))
                val second = submit(y.key("second"))
                val ofFirst = submit(x.key("needs first"), left)
                val ofSecond = submit(y.key("needs second"), right)
                second waitsFor ofFirst
                first waitsFor ofSecond
                ofFirst.runs shouldBe false
                inLeft.end()
                ofFirst.runs shouldBe true
                ofSecond.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: a body that waited, and does so no more, counts as one at work") {
            BodiesByHand(x to one, y to one, free to one).run {
                val first = submit(x.key("first"))
                val second = submit(y.key("second"))
                val other = submit(free.key("other"))
                first.waitsFor(other).close()
                pool(x).isAsleep shouldBe false
                pool(x).mayGive() shouldBe false
                val before = first waitsFor other
                pool(x).isAsleep shouldBe true
                other.end()
                pool(x).isAsleep shouldBe false
                before.close()
                pool(x).mayGive() shouldBe false
                val ofFirst = submit(x.key("needs first"))
                val ofSecond = submit(y.key("needs second"))
                first waitsFor ofSecond
                ofSecond.runs shouldBe false
                second waitsFor ofFirst
                ofFirst.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: a body whose permit is lent when it waits no more counts neither as idle nor as at work") {
            BodiesByHand(x to one).run {
                val body = submit(x.key("body"))
                val borrows = submit(x.key("borrows"))
                val wait = body waitsFor borrows
                repeat(2) { wait.letGo() }
                borrows.starts.get() shouldBe 1
                holders(x) shouldBe setOf(borrows)
                wait.close()
                pool(x).isAsleep shouldBe false
                borrows.end()
                holders(x) shouldBe setOf(body)
                pool(x).isAsleep shouldBe false
                val next = submit(x.key("next"))
                body waitsFor next
                next.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: a permit that comes back is lent to one job, though others lack one and somebody else is idle") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                val idle = submit(x.key("idle"))
                val other = submit(free.key("other"))
                idle waitsFor other
                val queued = List(3) { submit(x.key(it)) }
                waits waitsFor listOf(other) + queued
                queued.single { it.runs }.end()
                holders(x) shouldBe setOf(idle, queued.single { it.runs })
                comeToRest()
            }
        }

        test("T3: who has lent its permit lends it no second time: the next who waits does") {
            BodiesByHand(x to two).run {
                val first = submit(x.key("first"))
                val second = submit(x.key("second"))
                val borrows = submit(x.key("borrows"))
                val queued = submit(x.key("queued"))
                second waitsFor borrows
                first waitsFor second
                second waitsFor queued
                holders(x) shouldBe setOf(borrows, queued)
                comeToRest()
            }
        }

        test("T3: who is about to go on lends nothing: another who waits does") {
            BodiesByHand(x to ConcurrencyLimit.of(3)).run {
                val works = submit(x.key("works"))
                val waits = submit(x.key("waits"))
                val goesOn = submit(x.key("goes on"))
                val between = submit(free.key("between"))
                waits waitsFor between
                var cancelled = false
                WaitGraph.begin(goesOn.job, between.job.endTarget()) { cancelled }
                cancelled = true
                val queued = submit(x.key("queued"))
                between waitsFor queued
                holders(x) shouldBe setOf(works, goesOn, queued)
                comeToRest()
            }
        }

        test("T3: who waits for a successor lends to what the predecessor waits for") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val predecessor = submit(free.key("again"))
                waits waitsFor submit(free.key("again"), conflict = ConflictPolicy.NEXT)
                val queued = submit(x.key("queued"))
                predecessor waitsFor queued
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: so it does with a permit that comes back later") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val borrows = submit(x.key("borrows"))
                waits waitsFor borrows
                val predecessor = submit(free.key("again"))
                waits waitsFor submit(free.key("again"), conflict = ConflictPolicy.NEXT)
                val queued = submit(x.key("queued"))
                predecessor waitsFor queued
                queued.runs shouldBe false
                borrows.end()
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: who waits for one that waits for many lends to the last of these") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val between = submit(free.key("between"))
                val queued = submit(x.key("queued"))
                between waitsFor List(20) { submit(free.key(it)) } + queued
                queued.runs shouldBe false
                waits waitsFor between
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: who waits for the end of a scope lends to what comes to queue in it, and in scopes under it") {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val scope = root.open("scope", false, null)
                val before = submit(x.key("before"), scope.open("below", false, null).open("below", false, null))
                waits waitsFor scope
                before.runs shouldBe true
                before.end()
                val later = submit(x.key("later"), scope.open("below", false, null))
                later.runs shouldBe true
                comeToRest()
            }
        }

        test(
            "T3: who waits for the end of a scope lends a permit that comes back to the next job, whoever is before it",
        ) {
            BodiesByHand(x to two).run {
                val waits = submit(x.key("waits"))
                submit(x.key("works"))
                val scope = root.open("scope", false, null)
                submit(free.key("waits for other"), scope) waitsFor submit(free.key("other"))
                val first = submit(x.key("first"), scope)
                val second = submit(x.key("second"), scope)
                waits waitsFor scope
                first.runs shouldBe true
                second.runs shouldBe false
                first.end()
                second.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: a job that lacks two permits holds up nobody where one of them gets free") {
            BodiesByHand(x to one).run {
                val scope = root.open("scope", false, one)
                val inScope = submit(free.key("in scope"), scope)
                val other = submit(x.key("other"))
                val needsBoth = submit(x.key("needs both"), scope)
                val needsOne = submit(free.key("needs one"), scope)
                inScope.end()
                needsOne.runs shouldBe true
                other.end()
                needsBoth.runs shouldBe false
                needsOne.end()
                needsBoth.runs shouldBe true
                comeToRest()
            }
        }

        test("T3: the oldest goes first, also when the one before it in its queue was cancelled") {
            BodiesByHand(x to one).run {
                val runs = submit(x.key("runs"))
                val cancelled = submit(x.key("cancelled"))
                val older = submit(x.key("older"), root.open("scope", false, two))
                val younger = submit(x.key("younger"))
                cancelled.cancel()
                runs.end()
                older.runs shouldBe true
                younger.runs shouldBe false
                comeToRest()
            }
        }

        test("T3: permits that were reserved go back if the job is not placed, and only once") {
            val pool = PermitPool("x", one.withMaxQueued(1))
            val account = ScopeKind(KindSettings(x, OffloadConfig.defaults(), null), Lane(listOf(pool)))
            val scope = scopeByHand()
            val jobs = List(3) { JobCell(x.key(it), scope, account, ByHandBody(), TimeoutPolicy.none(), null, true) }
            jobs.map { Admission.reserve(it.ticket()!!, false, false) } shouldBe listOf(true, true, false)
            repeat(2) {
                Admission.ended(jobs[1])
                Admission.ended(jobs[0])
                pool.used shouldBe 0
                pool.queued shouldBe 0
            }
        }

        test("T3: who holds permits is known, in whatever order they come back and are lent") {
            val scope = scopeByHand()
            val account = ScopeKind(KindSettings(x, OffloadConfig.defaults(), null), null)
            fun job() = JobCell(x.key(1), scope, account, ByHandBody(), TimeoutPolicy.none(), null, true)

            fun ticket(pool: PermitPool) = JobTicket(job(), Lane(listOf(pool)))
            for (order in listOf("012", "021", "102", "120", "201", "210")) {
                for (lent in 0..3) {
                    val pool = PermitPool("x", ConcurrencyLimit.of(3))
                    val holds = List(3) { pool.give(ticket(pool), null) }
                    val top = holds.toMutableSet()

                    fun check() {
                        generateSequence(pool.firstTop) { it.nextTop }.toSet() shouldBe top
                        pool.used shouldBe top.size
                    }
                    holds.getOrNull(lent)?.let { lender ->
                        val borrower = pool.give(ticket(pool), lender)
                        top += borrower
                        top -= lender
                        check()
                        pool.takeBack(borrower) shouldBe lender
                        top -= borrower
                        top += lender
                        check()
                    }
                    for (i in order) {
                        val hold = holds[i.digitToInt()]
                        pool.takeBack(hold) shouldBe null
                        top -= hold
                        check()
                    }
                }
            }
        }

        context("callers that wait for room") {
            test("T3: they are told when a queued job is cancelled, or one that waits for its predecessor") {
                BodiesByHand(x to one.withMaxQueued(1)).run {
                    submit(x.key("runs"))
                    val queued = submit(x.key("queued"))
                    val caller = CallerForRoom(root, x.key("caller")).also { it.waits() shouldBe true }
                    queued.cancel()
                    caller.timesTold shouldBe 1
                    val successor = submit(x.key("runs"), conflict = ConflictPolicy.NEXT)
                    caller.waits() shouldBe true
                    successor.cancel()
                    caller.timesTold shouldBe 2
                    caller.leave()
                    comeToRest()
                }
            }

            test("T3: who was told, and found the room taken, keeps its place; who gives up is out of the line") {
                BodiesByHand(x to one.withMaxQueued(0)).run {
                    val runs = submit(x.key("runs"))
                    val callers =
                        List(3) { CallerForRoom(root, x.key(it)).also { caller -> caller.waits() shouldBe true } }
                    callers[1].leave()
                    runs.end()
                    val faster = submit(x.key("faster"))
                    callers[0].waits() shouldBe true
                    faster.end()
                    callers.map { it.timesTold } shouldBe listOf(2, 0, 0)
                    callers[0].leave()
                    callers.map { it.timesTold } shouldBe listOf(2, 0, 1)
                    callers[2].leave()
                    comeToRest()
                }
            }

            test("T3: who comes to wait when there is room may try at once, also after others have") {
                BodiesByHand(x to one.withMaxQueued(0)).run {
                    val caller = CallerForRoom(root, x.key("caller"))
                    caller.waits() shouldBe false
                    val runs = submit(x.key("runs"))
                    caller.waits() shouldBe true
                    caller.timesTold shouldBe 0
                    runs.end()
                    caller.timesTold shouldBe 1
                    caller.waits() shouldBe false
                    caller.leave()
                    comeToRest()
                }
            }

            test("T3: they are told one after the other, as each has taken the room or leaves it") {
                BodiesByHand(x to two.withMaxQueued(0)).run {
                    val runs = List(2) { submit(x.key("runs $it")) }
                    val callers =
                        List(3) { CallerForRoom(root, x.key(it)).also { caller -> caller.waits() shouldBe true } }
                    for (body in runs) {
                        body.end()
                        callers.map { it.timesTold } shouldBe listOf(1, 0, 0)
                    }
                    callers[0].leave()
                    callers.map { it.timesTold } shouldBe listOf(1, 1, 0)
                    val next = List(2) { submit(x.key("next $it")) }
                    callers[1].leave()
                    callers.map { it.timesTold } shouldBe listOf(1, 1, 0)
                    next[0].end()
                    callers.map { it.timesTold } shouldBe listOf(1, 1, 1)
                    callers[2].leave()
                    comeToRest()
                }
            }
        }
    })

private class CallerForRoom(private val scope: ScopeCore, private val key: OffloadKey<String>) : RoomWaiter() {
    private var again = false
    var timesTold = 0

    fun waits(): Boolean = scope.submissions().awaitRoom(key, this, again).also { again = true }

    fun leave() = scope.submissions().leaveRoom(key, this)

    override fun fire() {
        timesTold++
    }
}
