package dev.offload.coroutines.stress

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadHandle
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.OffloadStats
import dev.offload.Submission
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.job.entries
import dev.offload.coroutines.snapshot
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.property.Arb
import io.kotest.property.arbitrary.bind
import io.kotest.property.arbitrary.choice
import io.kotest.property.arbitrary.enum
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.list
import io.kotest.property.arbitrary.map
import io.kotest.property.checkAll
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.logging.Level
import java.util.logging.Logger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/**
 * R4: submitted = accepted + joined + rejected, and accepted = succeeded + failed + cancelled + active, whatever is done
 * to the jobs. What the library counts is held against what the answers and the bodies say.
 */
class AccountsPropertySpec :
    FunSpec({
        val log = Logger.getLogger("dev.offload") // held, or the level would be lost with it
        beforeSpec { log.level = Level.OFF } // failures that nobody awaits are part of the programs
        afterSpec { log.level = null }

        test("R4: the accounts balance after every step, in virtual time") {
            checkAll(600, Arb.list(step, 1..30)) { program ->
                runTest {
                    val dispatcher = StandardTestDispatcher(testScheduler)
                    val manager = OffloadManager(context = dispatcher, timeSource = testScheduler.timeSource)
                    val ledger = Ledger(manager, exact = true)
                    for (step in program) {
                        if (step is Pass) testScheduler.advanceTimeBy(step.millis.milliseconds)
                        ledger.run(step, this)
                        testScheduler.runCurrent()
                        ledger.shouldBalance()
                    }
                    manager.cancel()
                    testScheduler.advanceUntilIdle()
                    ledger.shouldBalance()
                    ledger.shouldBeClosed()
                }
            }
        }

        test("R4: the accounts balance at rest, with four threads of work") {
            checkAll(60, Arb.list(step, 40..160)) { program ->
                bounded(20.seconds) {
                    val manager = OffloadManager(context = Dispatchers.Default)
                    val ledger = Ledger(manager, exact = false)
                    val callers = CoroutineScope(Dispatchers.Default + Job())
                    val parts = program.indices.groupBy { it % 4 }.values.map { part ->
                        launch { part.forEach { ledger.run(program[it], callers) } }
                    }
                    parts.forEach { it.join() }
                    manager.cancel()
                    manager.shouldBeAtRest()
                    callers.coroutineContext[Job]!!.children.forEach { it.join() }
                    ledger.shouldBalance()
                    ledger.shouldBeClosed()
                }
            }
        }
    })

private val KINDS = listOf(OffloadKind.named<Any, Int>("a"), OffloadKind.named<Any, Int>("b"))
private const val LABEL = "spawned"

/** What a body does. Whoever is STUBBORN goes on for a while when it is cancelled. */
private enum class Does { RETURN, WAIT, NEVER, FAIL, ERROR, CANCEL_ITSELF, STUBBORN, TIME_OUT }

private sealed interface Step

private data class Submit(val key: Int, val conflict: ConflictPolicy?, val does: Does) : Step

private data class Share(val key: Int, val does: Does) : Step

private data class Call(val key: Int, val does: Does) : Step

private data class Spawn(val does: Does) : Step

private data class Await(val which: Int) : Step

private data class LeaveCall(val which: Int) : Step

private data class CancelKey(val key: Int) : Step

private data class CancelHandle(val which: Int) : Step

private data class Pass(val millis: Int) : Step

private val does = Arb.enum<Does>()
private val keys = Arb.int(0..5)
private val any = Arb.int(0..7)
private val SHARING = setOf(ConflictPolicy.JOIN, ConflictPolicy.NEXT)
private val conflicts = Arb.int(0..5).map { ConflictPolicy.entries.getOrNull(it) }

private val submit: Arb<Step> = Arb.bind(keys, conflicts, does, ::Submit)
private val step: Arb<Step> = Arb.choice(
    submit,
    submit,
    submit,
    Arb.bind(Arb.int(0..3), does, ::Share),
    Arb.bind(Arb.int(0..3), does, ::Call),
    does.map(::Spawn),
    any.map(::Await),
    any.map(::LeaveCall),
    keys.map(::CancelKey),
    any.map(::CancelHandle),
    Arb.int(1..15).map(::Pass),
)

/** Four keyed keys and two explicit ones, evenly of two kinds. */
private fun keyOf(key: Int): OffloadKey<Int> = if (key < 4) keyedOf(key) else KINDS[key % 2].explicit(key.toLong())

private fun keyedOf(key: Int): OffloadKey.Keyed<Int> = KINDS[key % 2].key(key / 2)

/** One block given to the library, and what the block knows of its fate. */
private class Work(val kind: String, val key: OffloadKey<*>?) {
    @Volatile var handle: OffloadHandle? = null
    val begun = AtomicInteger()

    @Volatile var end: JobState? = null

    suspend fun run(does: Does): Int {
        begun.incrementAndGet()
        end = try {
            perform(does)
            JobState.SUCCEEDED
        } catch (e: CancellationException) {
            end = if (does == Does.CANCEL_ITSELF) JobState.FAILED else JobState.CANCELLED
            throw e
        } catch (e: Throwable) {
            end = JobState.FAILED
            throw e
        }
        return 1
    }

    private suspend fun perform(does: Does) {
        when (does) {
            Does.RETURN -> {}
            Does.WAIT -> delay(5)
            Does.NEVER, Does.TIME_OUT -> awaitCancellation()
            Does.FAIL -> error("on purpose")
            Does.ERROR -> throw AssertionError("on purpose")
            Does.CANCEL_ITSELF -> throw CancellationException("nobody cancelled")
            Does.STUBBORN -> withContext(NonCancellable) { delay(12) }
        }
    }

    /** How the library must have counted it, or null if that is not known to anybody outside. */
    fun state(): JobState? {
        val told = handle?.jobState()
        if (told == null && begun.get() == 0) return null
        val body = end ?: JobState.RUNNING
        return told ?: body
    }
}

/**
 * Runs steps, and counts for itself.
 *
 * @param exact whether a body without a handle that ended by itself decided its job; with more than one thread, it may
 *   have been cancelled just before
 */
private class Ledger(private val manager: OffloadManager, private val exact: Boolean) {
    private val handles = CopyOnWriteArrayList<OffloadDeferred<Int>>()
    private val calls = CopyOnWriteArrayList<Job>()
    private val accepted = CopyOnWriteArrayList<Work>()

    /** Blocks given to `call`, which does not say whether it joined. */
    private val called = CopyOnWriteArrayList<Work>()
    private val unused = CopyOnWriteArrayList<Work>()
    private val submitted = counts()
    private val joined = counts()
    private val rejected = counts()

    suspend fun run(step: Step, callers: CoroutineScope) {
        when (step) {
            is Submit -> submit(step)
            is Share -> share(step)
            is Call -> call(step, callers)
            is Spawn -> spawn(step)
            is Await -> pick(handles, step.which)?.let { callers.attempt { it.await() } }
            is LeaveCall -> pick(calls, step.which)?.cancel()
            is CancelKey -> manager.cancel(keyOf(step.key))
            is CancelHandle -> pick(handles, step.which)?.cancel()
            is Pass -> yield()
        }
    }

    private fun submit(step: Submit) {
        val key = keyOf(step.key)
        val conflict = step.conflict.takeIf { it !in SHARING || key is OffloadKey.Keyed }
        val work = begin(key)
        val answer = manager.trySubmit(key, conflict, limit(step.does)) { work.run(step.does) }
        answer.handleOrNull()?.let { handles += it }
        when (answer) {
            is Submission.Started, is Submission.Replaced -> accept(work, answer.handleOrNull()!!)
            is Submission.Joined -> refuse(work, joined)
            is Submission.Rejected -> refuse(work, rejected)
        }
    }

    private fun share(step: Share) {
        val work = begin(keyedOf(step.key))
        val handle = manager.share(keyedOf(step.key), timeout = limit(step.does)) { work.run(step.does) }
        handles += handle
        if (handle.joined()) refuse(work, joined) else accept(work, handle)
    }

    private fun call(step: Call, callers: CoroutineScope) {
        val work = begin(keyedOf(step.key))
        called += work
        val does = step.does.takeIf { it != Does.STUBBORN } ?: Does.NEVER // or its end would not tell its state
        calls += callers.attempt { manager.call(keyedOf(step.key), timeout = limit(does)) { work.run(does) } }
    }

    private fun spawn(step: Spawn) {
        val work = Work(LABEL, null)
        submitted.getValue(LABEL).incrementAndGet()
        accepted += work
        val does = step.does.takeIf { it != Does.STUBBORN } ?: Does.NEVER
        manager.spawn(LABEL) { work.run(does) }
    }

    private fun begin(key: OffloadKey<*>): Work {
        submitted.getValue(key.kind().name()).incrementAndGet()
        return Work(key.kind().name(), key)
    }

    private fun accept(work: Work, handle: OffloadHandle) {
        work.handle = handle
        accepted += work
    }

    private fun refuse(work: Work, count: Map<String, AtomicLong>) {
        count.getValue(work.kind).incrementAndGet()
        unused += work
    }

    /** Undispatched, so that a call has submitted when this returns. */
    private fun CoroutineScope.attempt(block: suspend () -> Unit): Job = launch(start = CoroutineStart.UNDISPATCHED) {
        try {
            block()
        } catch (_: Throwable) {
        }
    }

    fun shouldBalance() {
        val snapshot = manager.snapshot()
        for (kind in submitted.keys) {
            val stats = snapshot.byKind()[kind] ?: OffloadStats.ZERO
            stats.active() shouldBe snapshot.jobs().count { it.key().kind().name() == kind }.toLong()
            shouldBeWhatWeCounted(stats, kind)
        }
        snapshot.total() shouldBe snapshot.byKind().values.fold(OffloadStats.ZERO, OffloadStats::plus)
        manager.activeCount shouldBe snapshot.jobs().size
        unused.sumOf { it.begun.get() } shouldBe 0
        for (work in accepted + called) work.begun.get() shouldBeLessThanOrEqual 1
    }

    private fun shouldBeWhatWeCounted(stats: OffloadStats, kind: String) {
        val known = accepted.filter { it.kind == kind }
        val begunCalls = called.filter { it.kind == kind && it.begun.get() == 1 }
        val silent = called.count { it.kind == kind && it.begun.get() == 0 } // joined, or did not begin
        stats.submitted() shouldBe submitted.getValue(kind).get()
        stats.rejected() shouldBe rejected.getValue(kind).get()
        stats.joined() shouldBeInRange joined.getValue(kind).get().plusUpTo(silent)
        stats.accepted() shouldBeInRange (known.size + begunCalls.size).toLong().plusUpTo(silent)

        val states = (known + begunCalls).groupingBy { it.state() }.eachCount()
        fun count(state: JobState?) = (states[state] ?: 0).toLong()
        val waiting = silent + count(null).toInt() // no handle, and not begun: it may be cancelled or active
        val lost = if (exact) 0 else begunCalls.size + known.count { it.handle == null }
        stats.succeeded() shouldBeInRange count(JobState.SUCCEEDED).minusUpTo(lost)
        stats.failed() shouldBeInRange count(JobState.FAILED).minusUpTo(lost)
        stats.cancelled() shouldBeInRange count(JobState.CANCELLED)..count(JobState.CANCELLED) + waiting + lost
    }

    /** At the end nothing is active, and no key is held. */
    fun shouldBeClosed() {
        manager.entries() shouldBe 0
        manager.activeCount shouldBe 0
        for (work in accepted) {
            val handle = work.handle ?: continue
            if (handle.jobState() == JobState.SUCCEEDED) work.end shouldBe JobState.SUCCEEDED
            if (handle.jobState() == JobState.FAILED) work.end shouldBe JobState.FAILED
        }
    }

    private fun limit(does: Does) = if (does == Does.TIME_OUT) TimeoutPolicy(cancelAfter = 3.milliseconds) else null

    private fun <E> pick(from: List<E>, which: Int): E? = from.getOrNull(from.size - 1 - which)

    private fun counts() = (KINDS.map { it.name() } + LABEL).associateWith { AtomicLong() }
}

private fun Long.plusUpTo(more: Int) = this..this + more

private fun Long.minusUpTo(less: Int) = this - less..this
