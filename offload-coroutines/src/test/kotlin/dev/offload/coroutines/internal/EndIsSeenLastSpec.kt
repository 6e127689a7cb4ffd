package dev.offload.coroutines.internal

import dev.offload.CancelReason
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.TaskState
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/**
 * The moment inside the end of a job when all is settled and nobody is told, reached without a race: what its recorder would
 * write down is the last step before that.
 */
class EndIsSeenLastSpec :
    FunSpec({
        val kind = OffloadKind.named<String>("end")

        class Held(job: JobCell<String>) : Lease<String>(job, false)

        class Answered(lease: Lease<String>) : LeaseWaiter(lease) {
            var times = 0

            override fun fire() {
                times++
            }
        }

        class Moment(private val between: () -> Unit) : ByHandBody() {
            var passed = 0

            override fun decided(job: JobCell<String>) {
                passed++
                between()
            }
        }

        fun ended(end: (JobCell<String>) -> Unit, between: (ScopeCore, Held) -> Unit) {
            val scope = scopeByHand()
            lateinit var job: JobCell<String>
            val body = Moment { between(scope, Held(job)) }
            job = scope.submit(kind.key(1), null, null, body).taken()
            job.markObserved()
            job.begin() shouldBe true
            end(job)
            body.passed shouldBe 1
        }

        /** Asks on another thread, which has to wait for the end to be told. */
        fun <T> asked(question: () -> T) = CompletableFuture.supplyAsync(question) { Thread(it).start() }

        fun <T> CompletableFuture<T>.bounded(): T = get(20, TimeUnit.SECONDS)

        val ends = mapOf<String, Pair<(JobCell<String>) -> Unit, JobState>>(
            "value" to Pair({ it.succeed("") }, JobState.SUCCEEDED),
            "failure" to Pair({ it.fail(IllegalStateException()) }, JobState.FAILED),
        )
        for ((name, outcome) in ends) {
            val (end, state) = outcome

            test("R2: no caller has the answer before the entry is gone and the job is counted out, $name") {
                ended(end) { scope, lease ->
                    lease.isReady shouldBe false
                    scope.activeCount() shouldBe 0
                    scope.find(kind.key(1)) shouldBe null
                    scope.snapshot().total().active() shouldBe 0
                }
            }

            test("R2: who begins to wait when all is settled is told, $name") {
                var waiter: Answered? = null
                var waits = false
                ended(end) { _, lease ->
                    waiter = Answered(lease)
                    waits = lease.await(waiter)
                }
                waits shouldBe true
                waiter!!.times shouldBe 1
            }

            test("R2: who asks for the state or cancels when all is settled waits until it is told, $name") {
                lateinit var asked: CompletableFuture<JobState>
                lateinit var cancelled: CompletableFuture<Boolean>
                lateinit var dropped: CompletableFuture<Boolean>
                ended(end) { _, lease ->
                    asked = asked { lease.jobState() }
                    cancelled = asked { lease.job().cancel(CancelReason.CANCELLED) }
                    dropped = asked { lease.cancel() }
                    lease.isReady shouldBe false
                }
                asked.bounded() shouldBe state
                cancelled.bounded() shouldBe false
                dropped.bounded() shouldBe false
            }

            test("R1: who submits when all is settled has a job of their own, which need not wait, $name") {
                lateinit var next: JobCell<String>
                val body = ByHandBody()
                ended(end) { scope, _ ->
                    next = scope.submit(kind.key(1), ConflictPolicy.REJECT, null, body).taken()
                    body.starts.get() shouldBe 1
                }
                body.starts.get() shouldBe 1
                next.state() shouldBe JobState.QUEUED
                next.begin() shouldBe true
            }
        }

        test("R2: cancel(key) when all is settled changes nothing") {
            ended({ it.succeed("") }) { scope, _ -> scope.cancel(kind.key(1)) shouldBe false }
        }

        test("A4: what became of a task is known before its body is asked to stop") {
            val recorder = RecorderCore<Int>(scopeByHand(), kind)
            val seen = mutableListOf<TaskState>()
            val asksWhenStopped = object : ByHandBody() {
                override fun stopBody() {
                    seen += recorder.state(3)
                }
            }
            val launched = recorder.launch(3, null, asksWhenStopped) { Held(it) }
            val job = (launched as LaunchOutcome.Launched).handle().job().apply { begin() shouldBe true }
            job.cancel(CancelReason.CANCELLED) shouldBe true
            seen shouldContainExactly listOf(TaskState.FAILED)
        }

        test("R9: callers of a cancelled job are told before its body is asked to stop, which may take long") {
            lateinit var caller: CountingWaiter
            var told = -1
            val asksWhenStopped = object : ByHandBody() {
                override fun stopBody() {
                    told = caller.told
                }
            }
            val job = scopeByHand().submit(kind.key(1), null, null, asksWhenStopped).taken().apply { begin() }
            caller = CountingWaiter(end = false)
            job.await(caller) shouldBe true
            job.cancel(CancelReason.CANCELLED) shouldBe true
            told shouldBe 1
        }

        test("R2, R8: a scope that completes when its last job is settled ends when that is told, and not before") {
            val root = scopeByHand()
            val scope = root.open("request", false, null)
            val over = CountingWaiter(end = true)
            scope.termination().push(over)
            var seen: Boolean? = null
            val body = Moment {
                scope.complete()
                seen = scope.termination().isClosed
            }
            val job = scope.submit(kind.key(1), null, null, body).taken().apply { begin() shouldBe true }
            var toldFirst: Boolean? = null
            val caller = object : Waiter() {
                override fun wantsEnd() = false

                override fun fire() {
                    toldFirst = over.told == 0
                }
            }
            job.await(caller) shouldBe true
            job.succeed("")
            seen shouldBe false
            toldFirst shouldBe true
            over.told shouldBe 1
            root.snapshot().children() shouldBe emptyList()
        }

        test(
            "R3: an end that fails half-way, for want of memory or stack, is taken up again, and so is that of its scope",
        ) {
            val root = scopeByHand()
            val scope = root.open("request", false, null)
            var fails = true
            val body = Moment {
                if (fails) {
                    fails = false
                    throw StackOverflowError()
                }
            }
            val job = scope.submit(kind.key(1), null, null, body).taken().apply { begin() shouldBe true }
            scope.complete()
            shouldThrow<StackOverflowError> { job.succeed("") }
            val over = CountDownLatch(1)
            val waiter = object : Waiter() {
                override fun wantsEnd() = true

                override fun fire() = over.countDown()
            }
            if (scope.termination().push(waiter)) over.await(20, TimeUnit.SECONDS) shouldBe true
            job.state() shouldBe JobState.SUCCEEDED
            root.snapshot().children() shouldBe emptyList()
            root.snapshot().total().succeeded() shouldBe 1
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
