package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.ScopeSnapshot
import dev.offload.TaskState
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.body.SuspendBody
import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.recorder.RecorderCore
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.withTimeout
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.coroutines.CoroutineContext

/**
 * The moment inside the end of a job when all is settled and nobody is told, reached without a race: what its recorder would
 * write down is the last step before that.
 */
class EndIsSeenLastSpec :
    FunSpec({
        val kind = OffloadKind.named<Any, String>("end")

        class Held(job: JobCell<String>) : Lease<String>(job, false)

        class Answered(lease: Lease<String>) : LeaseCompletion(lease) {
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
            job = scope.submissions().submit(kind.key(1), null, null, body).taken()
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
                    scope.views().activeCount() shouldBe 0
                    scope.views().find(kind.key(1)) shouldBe null
                    scope.views().snapshot().total().active() shouldBe 0
                }
            }

            test("R2: who begins to wait when all is settled is told, $name") {
                var waiter: Answered? = null
                var waits = false
                ended(end) { _, lease ->
                    waiter = Answered(lease)
                    waits = lease.register(waiter)
                }
                waits shouldBe true
                waiter!!.times shouldBe 1
            }

            test("R2: who asks for the state or cancels when all is settled waits until it is told, $name") {
                val asked = mutableListOf<CompletableFuture<Pair<Any, Boolean>>>()
                ended(end) { _, lease ->
                    val questions = listOf<() -> Any>(
                        { lease.jobState() },
                        { lease.job().snapshot().state() },
                        { lease.job().cancel(CancelReason.CANCELLED) },
                        { lease.cancel() },
                    )
                    questions.mapTo(asked) { question -> asked { question() to lease.isReady } }
                    runCatching { CompletableFuture.anyOf(*asked.toTypedArray()).get(100, TimeUnit.MILLISECONDS) }
                    lease.isReady shouldBe false
                }
                asked.map { it.bounded() } shouldBe listOf(state, state, false, false).map { it to true }
            }

            test("R1: who submits when all is settled has a job of their own, which need not wait, $name") {
                lateinit var next: JobCell<String>
                val body = ByHandBody()
                ended(end) { scope, _ ->
                    next = scope.submissions().submit(kind.key(1), ConflictPolicy.REJECT, null, body).taken()
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
            val recorder = RecorderCore<Int, String>(scopeByHand(), kind, null)
            val seen = mutableListOf<TaskState>()
            val asksWhenStopped = object : ByHandBody() {
                override fun stopBody() {
                    seen += recorder.state(3)
                }
            }
            val launched = recorder.launch(3, null, asksWhenStopped) { job, _ -> Held(job) }
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
            val job = scopeByHand().submissions().submit(kind.key(1), null, null, asksWhenStopped).taken().apply {
                begin()
            }
            caller = CountingWaiter(end = false)
            job.register(caller) shouldBe true
            job.cancel(CancelReason.CANCELLED) shouldBe true
            told shouldBe 1
        }

        test("R2, R4: who is told of the last job of a scope finds that scope gone, and its counts in the one above") {
            val root = scopeByHand()
            val scope = root.open("request", false, null)
            val job = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            scope.complete()
            var seen: ScopeSnapshot? = null
            var isOver = true
            val caller = object : Completion() {
                override fun wantsEnd() = false

                override fun fire() {
                    seen = root.views().snapshot()
                    isOver = scope.termination().hasFired()
                }
            }
            job.register(caller) shouldBe true
            job.succeed("")
            isOver shouldBe false
            seen!!.children() shouldBe emptyList()
            seen.total().succeeded() shouldBe 1
        }

        test("R2: a job that was placed under an equal key leaves nothing behind, and no id is asked for that") {
            val scope = scopeByHand()
            var asked = 0

            class Id(val number: Int) {
                override fun hashCode() = 1

                override fun equals(other: Any?): Boolean {
                    asked++
                    return other is Id && other.number == number
                }
            }
            val ids = OffloadKind.named<Any, String>("ids")
            val beside = scope.submissions().submit(ids.key(Id(0)), null, null, ByHandBody()).taken()
            val first = scope.submissions().submit(ids.key(Id(1)), null, null, ByHandBody()).taken().apply { begin() }
            val second = scope.submissions().submit(ids.key(Id(1)), ConflictPolicy.REPLACE, null, ByHandBody()).taken()
            asked = 0
            first.succeed("")
            second.begin() shouldBe true
            second.succeed("")
            asked shouldBe 0
            scope.views().jobs() shouldBe listOf(beside)
        }

        test("A4: who asks for a task whose end is settled waits until its callers are told") {
            val recorder = RecorderCore<Any, String>(scopeByHand(), kind, null)
            var onHash: () -> Unit = {}
            val id = object {
                override fun hashCode(): Int {
                    val now = onHash
                    onHash = {}
                    now()
                    return 1
                }
            }
            val lease = (
                recorder.launch(id, null, ByHandBody()) { job, _ ->
                    Held(job)
                } as LaunchOutcome.Launched
                ).handle()
            lease.job().begin() shouldBe true
            lateinit var asked: CompletableFuture<Pair<TaskState, Boolean>>
            onHash = {
                asked = asked { recorder.state(id) to lease.isReady }
                runCatching { asked.get(100, TimeUnit.MILLISECONDS) }
                lease.isReady shouldBe false
            }
            lease.job().succeed("")
            asked.bounded() shouldBe (TaskState.SUCCEEDED to true)
        }

        test("R9: who waits for the end is told before a successor starts, which may run here for long") {
            val scope = scopeByHand()
            val ended = CountingWaiter(end = true)
            var toldAtStart = -1
            val next = object : ByHandBody() {
                override fun startBody(job: JobCell<String>) {
                    toldAtStart = ended.told
                }
            }
            val first = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            scope.submissions().submit(kind.key(1), ConflictPolicy.REPLACE, null, next)
            first.push(ended) shouldBe true
            first.succeed("")
            toldAtStart shouldBe 1
        }

        test("E4: a scope fails fast when a job runs out of time, and not when its body has died") {
            val scope = scopeByHand().open("request", true, null)
            val job = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            val sibling = scope.submissions().submit(kind.key(2), null, null, ByHandBody()).taken()
            job.cancel(CancelReason.TIMED_OUT) shouldBe true
            job.state() shouldBe JobState.CANCELLING
            sibling.state() shouldBe JobState.CANCELLED
        }

        test("E4: who is told of a failure finds that the scope, which fails fast, takes nothing more") {
            val scope = scopeByHand().open("request", true, null)
            val job = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            scope.submissions().submit(kind.key(2), null, null, ByHandBody()).taken().begin() shouldBe true
            var how: Placement.How? = null
            val caller = object : Completion() {
                override fun wantsEnd() = false

                override fun fire() {
                    how = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).how()
                }
            }
            job.register(caller) shouldBe true
            job.fail(IllegalStateException())
            how shouldBe Placement.How.SCOPE_CLOSED
        }

        test("R2: a lease whose drop was the end tells so when the key is free") {
            val scope = scopeByHand()
            var seen: Pair<Long, Int>? = null
            val job = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken()
            val lease = object : Lease<String>(job, false) {
                override fun onDropped() {
                    seen = scope.views().activeCount() to scope.views().jobs().size
                }
            }
            lease.cancel() shouldBe true
            seen shouldBe (0L to 0)
        }

        test("R9: what is let go while many are cancelled starts after that, so that none of them does") {
            val scope = scopeByHand().open("request", false, ConcurrencyLimit.of(1))
            val bodies = List(4) { ByHandBody() }
            bodies.forEachIndexed { i, body -> scope.submissions().submit(kind.key(i), null, null, body) }
            val before = bodies.map { it.starts.get() }
            before.sum() shouldBe 1
            scope.cancelAll() shouldBe 4
            bodies.map { it.starts.get() } shouldBe before
        }

        test("A5: a task whose id threw as its end was written down is counted") {
            val recorder = RecorderCore<Any, String>(scopeByHand(), kind, null)
            var throws = false
            val id = object {
                override fun hashCode(): Int {
                    check(!throws) { "an id that throws" }
                    return 1
                }
            }
            val lease = (
                recorder.launch(id, null, ByHandBody()) { job, _ ->
                    Held(job)
                } as LaunchOutcome.Launched
                ).handle()
            lease.job().begin() shouldBe true
            throws = true
            lease.job().succeed("")
            throws = false
            recorder.count(TaskState.SUCCEEDED) shouldBe 1
            recorder.count(TaskState.WORKING) shouldBe 0
        }

        test("R10: bodies that run in place and let each other go need the stack of one") {
            val scope = scopeByHand().open("request", false, ConcurrencyLimit.of(1))
            val depths = mutableListOf<Int>()
            val inPlace = object : ByHandBody() {
                override fun startBody(job: JobCell<String>) {
                    depths += Thread.currentThread().stackTrace.size
                    check(job.begin())
                    job.succeed("")
                }
            }
            val first = scope.submissions().submit(kind.key(0), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            repeat(10) { scope.submissions().submit(kind.key(1 + it), null, null, inPlace) }
            depths shouldBe emptyList()
            first.succeed("")
            depths shouldBe List(10) { depths[0] }
        }

        test("R3: a body that its dispatcher runs twice begins once, and ends by itself") {
            val job = CompletableDeferred<Unit>()
            val thrown = mutableListOf<Throwable>()
            val twice = object : CoroutineDispatcher() {
                override fun dispatch(context: CoroutineContext, block: Runnable) {
                    block.run()
                    if (block is SuspendBody<*>) runCatching { block.run() }.onFailure { thrown += it }
                }
            }
            val manager = OffloadManager(context = twice)
            val answer = manager.submit(kind.key(1)) {
                job.await()
                "value"
            }
            thrown shouldBe emptyList()
            job.complete(Unit)
            withTimeout(20_000) { answer.await() } shouldBe "value"
            manager.cancel()
        }

        test("R2, T3: who is told of the end finds the permits of the job free") {
            val scope = scopeByHand().open("request", false, ConcurrencyLimit(1, 0))
            val job = scope.submissions().submit(kind.key(1), null, null, ByHandBody()).taken().apply {
                begin() shouldBe
                    true
            }
            var how: Placement.How? = null
            val caller = object : Completion() {
                override fun wantsEnd() = false

                override fun fire() {
                    how = scope.submissions().submit(kind.key(1), ConflictPolicy.REJECT, null, ByHandBody()).how()
                }
            }
            job.register(caller) shouldBe true
            job.succeed("")
            how shouldBe Placement.How.STARTED
        }

        test("R2, R8: a scope that completes when its last job is settled ends when that is told, and not before") {
            val root = scopeByHand()
            val scope = root.open("request", false, null)
            val over = CountingWaiter(end = true)
            scope.termination().push(over)
            var seen: Boolean? = null
            val body = Moment {
                scope.complete()
                seen = scope.termination().hasFired()
            }
            val job = scope.submissions().submit(kind.key(1), null, null, body).taken().apply { begin() shouldBe true }
            var toldFirst: Boolean? = null
            val caller = object : Completion() {
                override fun wantsEnd() = false

                override fun fire() {
                    toldFirst = over.told == 0
                }
            }
            job.register(caller) shouldBe true
            job.succeed("")
            seen shouldBe false
            toldFirst shouldBe true
            over.told shouldBe 1
            root.views().snapshot().children() shouldBe emptyList()
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
            val job = scope.submissions().submit(kind.key(1), null, null, body).taken().apply { begin() shouldBe true }
            scope.complete()
            shouldThrow<StackOverflowError> { job.succeed("") }
            val over = CountDownLatch(1)
            val waiter = object : Completion() {
                override fun wantsEnd() = true

                override fun fire() = over.countDown()
            }
            if (scope.termination().push(waiter)) over.await(20, TimeUnit.SECONDS) shouldBe true
            job.state() shouldBe JobState.SUCCEEDED
            root.views().snapshot().children() shouldBe emptyList()
            root.views().snapshot().total().succeeded() shouldBe 1
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
            root.termination().hasFired() shouldBe true
        }
    })
