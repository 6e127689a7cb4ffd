package dev.offload.coroutines.internal.job

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe

/** E5: waits of bodies step by step: which of them count, from when to when, and which one is refused. */
class WaitGraphSpec :
    FunSpec({
        val a = OffloadKind.named<Any, String>("a")
        val b = OffloadKind.named<Any, String>("b")
        val x = OffloadKind.named<Any, String>("x")

        fun Body.isBlocked() = job.node?.isBlocked ?: false

        test("E5: a wait for what is over is none") {
            BodiesByHand().run {
                val over = submit(b.key(1)).also { it.end() }
                val body = submit(a.key(1))
                val wait = body waitsFor over
                body.isBlocked() shouldBe false
                wait.close()
                val scope = root.open("over", false, null).also { it.complete() }
                body waitsFor scope
                body.isBlocked() shouldBe false
                over waitsFor body // nobody is there to wait
                over.isBlocked() shouldBe false
            }
        }

        test("E5: a body that has ended waits for nothing") {
            BodiesByHand().run {
                val other = submit(b.key(1))
                val body = submit(a.key(1))
                body waitsFor other
                body.end()
                other.job.node!!.ins shouldBe 0
                body.isBlocked() shouldBe false
            }
        }

        test("E5: a wait is over in the step in which what it is for ends, whenever its body goes on") {
            BodiesByHand().run {
                val scope = root.open("scope", false, null)
                val other = submit(b.key(1))
                val body = submit(a.key(1))
                body waitsFor other
                other.end()
                body.isBlocked() shouldBe false
                body waitsFor scope
                body.isBlocked() shouldBe true
                scope.complete()
                body.isBlocked() shouldBe false
            }
        }

        test("E5: as all of what a wait is for ends, and not before") {
            BodiesByHand().run {
                val others = List(3) { submit(b.key(it)) }
                val body = submit(a.key(1))
                body waitsFor others
                for (other in others) {
                    body.isBlocked() shouldBe true
                    other.end()
                }
                body.isBlocked() shouldBe false
            }
        }

        test("E5, R10: who waits no more is in no list of its scope, though it runs") {
            BodiesByHand().run {
                val scope = root.open("scope", false, null)
                val body = submit(a.key(1), scope)
                val other = submit(b.key(1))
                val wait = body waitsFor other
                scope.node().members shouldBe 1
                wait.close()
                scope.node().members shouldBe 0
                body waitsFor other
                scope.node().members shouldBe 1
                other.end()
                scope.node().members shouldBe 0
            }
        }

        test("E5, R10: nor is one that queued, and was started") {
            BodiesByHand(x to ConcurrencyLimit.of(1)).run {
                val scope = root.open("scope", false, null)
                val runs = submit(x.key("runs"))
                val queued = submit(x.key("queued"), scope)
                scope.node().members shouldBe 1
                runs.end()
                queued.runs shouldBe true
                scope.node().members shouldBe 0
            }
        }

        test("E5, R10: of a key the job that waits is known to those before it, and not to those allowed beside it") {
            BodiesByHand().run {
                val key = a.key(1)
                fun allow() = submit(key, conflict = ConflictPolicy.ALLOW)
                val before = listOf(submit(key), allow())
                val first = submit(key, conflict = ConflictPolicy.NEXT)
                val beside = List(3) { allow() }
                before.forEach { it.job.successor() shouldBe first.job }
                (beside + first).forEach { it.job.successor() shouldBe null }
                beside[1].end()
                beside[2].end()
                before.forEach { it.job.successor() shouldBe first.job }
                beside[0].job.successor() shouldBe null
                first.cancel()
                (before + beside[0]).forEach { it.job.successor() shouldBe null }
                val second = submit(key, conflict = ConflictPolicy.NEXT)
                val last = allow()
                (before + beside[0]).forEach { it.job.successor() shouldBe second.job }
                last.job.successor() shouldBe null
                (before + beside[0]).forEach { it.end() }
                second.runs shouldBe true
                last.job.successor() shouldBe null
                comeToRest()
            }
        }

        test("E5: who waits for an outcome that is decided closes no circle, though it does not know yet") {
            BodiesByHand().run {
                val body = submit(a.key(1))
                val other = submit(b.key(1))
                other waitsFor body.job.outcomeTarget()
                body.cancel()
                val wait = body waitsFor other
                body.isBlocked() shouldBe true
                wait.close()
                other waitsFor body
                shouldThrow<OffloadCycleException> { body waitsFor other }.kinds() shouldContainExactly
                    listOf("a", "b", "a")
                body.isBlocked() shouldBe false
            }
        }

        test("E5: nor does one whose coroutine is cancelled, and goes on later") {
            BodiesByHand().run {
                val body = submit(a.key(1))
                val other = submit(b.key(1))
                var cancelled = false
                WaitGraph.begin(other.job, body.job.endTarget()) { cancelled }
                shouldThrow<OffloadCycleException> { body waitsFor other }
                cancelled = true
                body waitsFor other
                body.isBlocked() shouldBe true
            }
        }

        test("E5: a circle is found where the side of who waits is the larger one") {
            BodiesByHand().run {
                val body = submit(a.key(1))
                repeat(20) { submit(x.key(it)) waitsFor body }
                val other = submit(b.key(1))
                other waitsFor body
                shouldThrow<OffloadCycleException> { body waitsFor other }
            }
        }

        test("E5: a circle is found where the side of what is waited for is the larger one") {
            BodiesByHand().run {
                val body = submit(a.key(1))
                val other = submit(b.key(1))
                other waitsFor List(20) { submit(x.key(it)) } + body
                shouldThrow<OffloadCycleException> { body waitsFor other }
            }
        }

        test(
            "E5, T3: a scope waits for its jobs in any case: another wait of the circle is refused, others are lent to",
        ) {
            BodiesByHand(x to ConcurrencyLimit.of(2)).run {
                val scope = root.open("scope", false, null)
                val body = submit(x.key("body"))
                submit(x.key("works"))
                val inScope = submit(b.key(1), scope)
                val refused = inScope waitsFor body
                val told = refused.refusals()
                val queued = submit(x.key("queued"), scope)
                val toldScope = (body waitsAnywayFor scope).refusals()
                told.map { it.kinds() } shouldContainExactly listOf(listOf("x", "b", "x"))
                refused.refusals().size shouldBe 1 // who asks later is told at once
                toldScope.shouldBeEmpty()
                inScope.isBlocked() shouldBe false
                body.isBlocked() shouldBe true
                queued.runs shouldBe true
                comeToRest()
            }
        }

        test("E5: of two scopes that wait in a circle none is refused, but the wait between them") {
            BodiesByHand().run {
                val left = root.open("left", false, null)
                val right = root.open("right", false, null)
                val inLeft = submit(a.key(1), left)
                val inRight = submit(b.key(1), right)
                val body = submit(x.key(1))
                val toldLeft = (body waitsAnywayFor left).refusals()
                val told = (inRight waitsFor body).refusals()
                val toldRight = (inLeft waitsAnywayFor right).refusals()
                told.size shouldBe 1
                (toldLeft + toldRight).shouldBeEmpty()
                inRight.isBlocked() shouldBe false
            }
        }

        context("a cancelled body goes on waiting") {
            test("E5: its wait is refused when it counts, if it closes a circle by then") {
                BodiesByHand().run {
                    val body = submit(a.key(1))
                    val others = List(2) { submit(b.key(it)) }
                    val told = others.map { (body waitsFor it).refusals() }
                    body.onStop = { others.forEach { it waitsFor body } }
                    body.cancel()
                    told.map { it.size } shouldContainExactly listOf(1, 1)
                    body.isBlocked() shouldBe false
                    others.forEach { it.isBlocked() shouldBe true }
                }
            }

            test("E5: so is one that begins before it was asked to stop") {
                BodiesByHand().run {
                    val body = submit(a.key(1))
                    val other = submit(b.key(1))
                    other waitsFor body
                    lateinit var told: List<OffloadCycleException>
                    body.onStop = { told = (body waitsFor other).refusals().also { it.shouldBeEmpty() } }
                    body.cancel()
                    told.size shouldBe 1
                    body.isBlocked() shouldBe false
                }
            }

            test("E5, R10: a wait for many is searched a few times, and not for each of them") {
                BodiesByHand().run {
                    val body = submit(a.key(1))
                    body waitsFor List(MANY) { submit(b.key(it)) }
                    val before = searches()
                    body.cancel()
                    (searches() - before) shouldBeLessThan MANY / 10L
                }
            }

            test("T3: it lends when its wait counts, if what it waits for came to queue before") {
                BodiesByHand(x to ConcurrencyLimit.of(2)).run {
                    val body = submit(x.key("body"))
                    submit(x.key("works"))
                    val between = submit(b.key(1))
                    val queued = submit(x.key("queued"))
                    body waitsFor between
                    body.onStop = {
                        between waitsFor queued
                        queued.runs shouldBe false
                    }
                    body.cancel()
                    queued.runs shouldBe true
                    comeToRest()
                }
            }
        }
    })

private const val MANY = 1_000

/** What the one who waits is told, if it is refused; more may come. */
private fun WaitEdge.refusals(): List<OffloadCycleException> =
    mutableListOf<OffloadCycleException>().also { told -> onRefused { told += it } }

private fun searches(): Long = WaitSearch.searches
