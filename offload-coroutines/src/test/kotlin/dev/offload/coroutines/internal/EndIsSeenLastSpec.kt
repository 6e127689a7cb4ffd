package dev.offload.coroutines.internal

import dev.offload.CancelReason
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.TaskState
import dev.offload.TimeoutPolicy
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration

/**
 * The moments inside the end of a job, reached without a race: the timer of its limit is called in the middle, after the
 * outcome was decided and before the entry is removed.
 */
class EndIsSeenLastSpec :
    FunSpec({
        val kind = OffloadKind.named<String>("end")

        class Moment : OffloadTimer {
            var onCancel: () -> Unit = {}

            override fun schedule(delay: Duration, task: Runnable) = OffloadTimer.Task {
                val once = onCancel
                onCancel = {}
                once()
            }
        }

        class Held(job: JobCell<String>) : Lease<String>(job, false)

        class Answered(lease: Lease<String>) : LeaseWaiter(lease) {
            var times = 0

            override fun fire() {
                times++
            }
        }

        fun ended(end: (JobCell<String>) -> Unit, between: (ScopeCore, Held) -> Unit) {
            val moment = Moment()
            val scope = scopeByHand(moment)
            val limit = TimeoutPolicy.cancelAfter(Duration.ofSeconds(1))
            val job = scope.submit(kind.key(1), null, limit, ByHandBody()).taken()
            job.markObserved()
            job.begin() shouldBe true
            var passed = false
            moment.onCancel = {
                passed = true
                between(scope, Held(job))
            }
            end(job)
            passed shouldBe true
        }

        val ends = mapOf<String, (JobCell<String>) -> Unit>(
            "value" to { it.succeed("") },
            "failure" to { it.fail(IllegalStateException()) },
        )
        for ((name, end) in ends) {
            test("R2: no caller has the answer while the entry is still there, $name") {
                ended(end) { scope, lease ->
                    scope.activeCount() shouldBe 1
                    lease.isReady shouldBe false
                }
            }

            test("R2: who begins to wait in the middle of the end is told after the entry is gone, $name") {
                var waiter: Answered? = null
                var waits = false
                ended(end) { _, lease ->
                    waiter = Answered(lease)
                    waits = lease.await(waiter)
                }
                waits shouldBe true
                waiter!!.times shouldBe 1
            }

            test("R6: who waits for all jobs in the middle of the end of one waits for that one too, $name") {
                ended(end) { scope, lease ->
                    scope.jobs() shouldBe listOf(lease.job())
                    scope.snapshot().jobs() shouldBe emptyList()
                }
            }

            test("R1: who submits in the middle of the end has a job of their own, started after it, $name") {
                lateinit var next: JobCell<String>
                val body = ByHandBody()
                ended(end) { scope, _ ->
                    next = scope.submit(kind.key(1), ConflictPolicy.REJECT, null, body).taken()
                    body.starts.get() shouldBe 0
                }
                body.starts.get() shouldBe 1
                next.state() shouldBe JobState.QUEUED
                next.begin() shouldBe true
            }
        }

        test("R2: cancel(key) between the decision and the removal changes nothing") {
            ended({ it.succeed("") }) { scope, lease ->
                scope.cancel(kind.key(1)) shouldBe false
                lease.job().cancel(CancelReason.CANCELLED) shouldBe false
            }
        }

        test("A4: what became of a task is known in the middle of its end, before it was noted") {
            val moment = Moment()
            val recorder = RecorderCore<Int>(scopeByHand(moment), kind)

            fun running(id: Int, body: ByHandBody = ByHandBody()): JobCell<String> {
                val limit = TimeoutPolicy.cancelAfter(Duration.ofSeconds(1))
                val launched = recorder.launch(id, limit, body) { Held(it) }
                return (launched as LaunchOutcome.Launched).handle().job().apply { begin() shouldBe true }
            }

            val seen = mutableListOf<TaskState>()
            moment.onCancel = { seen += recorder.state(1) }
            running(1).succeed("")
            moment.onCancel = { seen += recorder.state(2) }
            running(2).fail(IllegalStateException())
            val asksWhenStopped = object : ByHandBody() {
                override fun stopBody() {
                    seen += recorder.state(3)
                }
            }
            running(3, asksWhenStopped).cancel(CancelReason.CANCELLED) shouldBe true
            seen shouldContainExactly listOf(TaskState.SUCCEEDED, TaskState.FAILED, TaskState.FAILED)
        }

        test("R8: a scope that is being opened when the one above is closed is closed with it") {
            var onTime: () -> Unit = {}
            val root = Engine("test", OffloadConfig.defaults(), null, StandingTimer()) {
                val once = onTime
                onTime = {}
                once()
                0L
            }.root()
            // The new scope asks for the time after it was counted in and before anyone can see it.
            onTime = { root.close() }
            val child = root.open("child", false, null)
            child.isCancelled shouldBe true
            root.termination().isClosed shouldBe true
        }
    })
