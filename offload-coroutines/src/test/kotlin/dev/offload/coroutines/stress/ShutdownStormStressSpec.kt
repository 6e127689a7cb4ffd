package dev.offload.coroutines.stress

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadException
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.OffloadStats
import dev.offload.RejectReason
import dev.offload.Submission
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelAll
import dev.offload.coroutines.complete
import dev.offload.coroutines.internal.job.entries
import dev.offload.coroutines.internal.job.limitsInUse
import dev.offload.coroutines.internal.time.TimerView
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import dev.offload.coroutines.snapshot
import dev.offload.spi.OffloadListener
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.atomic.LongAdder
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

private const val ROUNDS = 300

class ShutdownStormStressSpec :
    FunSpec({
        suspend fun rounds(where: String, dispatcher: CoroutineDispatcher) {
            var jobs = 0L
            repeat(ROUNDS) { round ->
                withClue("round $round") { jobs += ShutdownStorm("$where-$round", round, dispatcher).run() }
            }
            jobs shouldBeGreaterThan 5L * ROUNDS // or the storm was none
        }

        test(
            "R3, R4, S1: every verb races a shutdown: each job ends once and nothing stays, on the default dispatcher",
        ) {
            bounded(100.seconds) { rounds("default", Dispatchers.Default) }
        }

        test(
            "R3, R4, S1: every verb races a shutdown: each job ends once and nothing stays, on a pool of two threads",
        ) {
            Executors.newFixedThreadPool(2).asCoroutineDispatcher().use { pool ->
                bounded(100.seconds) { rounds("pool", pool) }
            }
        }
    })

/** What was said to the callers about submissions of one kind. */
private class Told {
    val asked = LongAdder()

    /** Callers that were cancelled before they submitted, or after. */
    val cancelled = LongAdder()
    val accepted = LongAdder()
    val joined = LongAdder()
    val rejected = LongAdder()
}

/** What the listener was told about one kind. */
private class Heard {
    val accepted = LongAdder()
    val joined = LongAdder()
    val rejected = LongAdder()
    val ended = LongAdder()
}

/** Without a stack trace, for speed. */
private class OnPurpose : RuntimeException("on purpose", null, false, false)

/** One manager with a short life: racers use every verb of it and of scopes under it, and two coroutines shut it down. */
private class ShutdownStorm(name: String, private val round: Int, dispatcher: CoroutineDispatcher) {
    private val ofManager = OffloadKind.named<Any, Int>("storm.manager")
    private val ofScope = OffloadKind.named<Any, Int>("storm.scope")
    private val shared = OffloadKind.named<Any, Int>("storm.share")
    private val called = OffloadKind.named<Any, Int>("storm.call")
    private val kinds = listOf(ofManager, ofScope, shared, called)

    private val told = (kinds.map { it.name() } + SPAWNED).associateWith { Told() }
    private val heard = ConcurrentHashMap<String, Heard>()
    private val handles = ConcurrentLinkedQueue<Pair<OffloadKind<Any, Int>, OffloadDeferred<Int>>>()
    private val scopes = ConcurrentLinkedQueue<OffloadScope>()
    private val bodies = ConcurrentLinkedQueue<Body>()
    private val asked = AtomicLong()
    private val answered = AtomicLong()

    @Volatile
    private var isOver = false
    private val startedTooLate = AtomicInteger()

    private val listener = object : OffloadListener {
        private fun of(name: String) = heard.computeIfAbsent(name) { Heard() }

        override fun onAccepted(job: JobSnapshot) = of(job.key().kind().name()).accepted.increment()

        override fun onJoined(job: JobSnapshot) = of(job.key().kind().name()).joined.increment()

        override fun onRejected(kindName: String, reason: RejectReason) = of(kindName).rejected.increment()

        override fun onEnded(job: JobSnapshot, failure: Throwable?) = of(job.key().kind().name()).ended.increment()
    }

    private val manager: OffloadManager = OffloadManager(
        OffloadConfig {
            // Some rounds without limits, so that the way past them is raced, too.
            if (round % 3 != 0) {
                kind(shared, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
                kind(ofScope, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(2).withMaxQueued(3)))
                concurrency(ConcurrencyLimit.of(4))
            }
        },
        dispatcher,
        listener,
        name = name,
    )

    /** Answers how many jobs there were. */
    suspend fun run(): Long = coroutineScope {
        val random = Random(round)
        val racers = List(RACERS) { i -> launch(Dispatchers.Default) { race(Random(31 * round + i)) } }
        val ends = List(2) {
            val patience = random.nextInt(300)
            val grace = if (random.nextBoolean()) Duration.ZERO else 1.milliseconds
            async(Dispatchers.Default) {
                repeat(patience) { yield() }
                manager.shutdown(grace, kill = 1.minutes)
            }
        }
        withTimeout(30.seconds) {
            val reports = ends.awaitAll()
            isOver = true
            racers.joinAll()
            // The listener is told by a thread of its own, which may be a moment behind.
            while (heard.values.any { it.ended.sum() < it.accepted.sum() } || !isToldOfRefusals()) yield()
            reports.forEach {
                it.undying().shouldBeEmpty()
                it.openScopes().shouldBeEmpty()
            }
        }
        allEndedOnce()
        nothingStays()
        manager.snapshot().total().accepted()
    }

    private fun isToldOfRefusals() = heard.values.sumOf { it.rejected.sum() } >= manager.snapshot().total().rejected()

    private fun allEndedOnce() {
        asked.get() shouldBe answered.get()
        val byKind = manager.snapshot().byKind()
        for ((kind, told) in told) {
            val stats = byKind[kind] ?: OffloadStats.ZERO
            val heard = heard[kind] ?: Heard()
            withClue("$kind: $stats") {
                stats.active() shouldBe 0
                heard.accepted.sum() shouldBe stats.accepted()
                heard.ended.sum() shouldBe stats.accepted()
                stats.submitted() shouldBeInRange told.asked.sum() - told.cancelled.sum()..told.asked.sum()
                heard.joined.sum() shouldBe stats.joined()
                heard.rejected.sum() shouldBe stats.rejected()
                if (kind == ofManager.name() || kind == ofScope.name()) {
                    told.accepted.sum() shouldBe stats.accepted()
                    told.joined.sum() shouldBe stats.joined()
                    told.rejected.sum() shouldBe stats.rejected()
                }
                if (kind == SPAWNED) told.accepted.sum() shouldBe stats.accepted()
            }
        }
        for (kind in listOf(ofManager, ofScope)) {
            val ends = handles.filter { it.first === kind && !it.second.joined() }.groupingBy { it.second.jobState() }
                .eachCount()
            val stats = byKind[kind.name()] ?: OffloadStats.ZERO
            withClue("${kind.name()}: $stats, but the handles say $ends") {
                stats.succeeded() shouldBe (ends[JobState.SUCCEEDED] ?: 0)
                stats.failed() shouldBe (ends[JobState.FAILED] ?: 0)
                stats.cancelled() shouldBe (ends[JobState.CANCELLED] ?: 0)
            }
        }
        bodies.filter { it.begun.get() > 1 || it.begun.get() != it.ended.get() }.shouldBeEmpty()
    }

    private fun nothingStays() {
        startedTooLate.get() shouldBe 0
        handles.filter { it.second.jobState().isActive }.shouldBeEmpty()
        (scopes + manager).forEach {
            it.entries() shouldBe 0
            it.activeCount shouldBe 0
            it.limitsInUse().shouldBeEmpty()
            it.isActive shouldBe false
        }
        manager.snapshot().children().shouldBeEmpty()
        kinds.flatMap { kind -> List(KEYS) { kind.key(it) } }.filter { manager.isInFlight(it) }.shouldBeEmpty()
        val timer = TimerView(manager)
        timer.ends() shouldBe true
        timer.entries shouldBe 0
        timer.threads().forEach { it.join(10_000) } // the last of them have left their pool, and may not be gone yet
        timer.threads().shouldBeEmpty()
    }

    private suspend fun race(random: Random) {
        try {
            repeat(STEPS) {
                when (random.nextInt(9)) {
                    0 -> manager.cancel(kinds.random(random).key(random.nextInt(KEYS)))
                    1 -> manager.joinAllUnlessForever(random)
                    2, 3 -> withinScope(random)
                    4 -> withinOpenScope(random)
                    else -> verb(manager, ofManager, random)
                }
            }
        } catch (e: CancellationException) {
            currentCoroutineContext().isActive shouldBe false // E1: nobody cancelled a racer
            throw e
        }
    }

    private suspend fun OffloadManager.joinAllUnlessForever(random: Random) {
        if (random.nextInt(20) == 0) cancelAll()
        if (isOver) joinAll()
    }

    private suspend fun withinScope(random: Random) {
        try {
            manager.scope("request", failFast = random.nextInt(4) == 0, concurrency = limit(random)) {
                scopes += this
                repeat(3) { verb(this, ofScope, random) }
                if (random.nextInt(8) == 0) throw OnPurpose()
                if (random.nextInt(4) == 0) scope("below") { verb(this.also { scopes += it }, ofScope, random) }
            }
        } catch (_: OnPurpose) {
        } catch (_: OffloadException) { // closed, or the first failure
        }
    }

    private suspend fun withinOpenScope(random: Random) {
        val scope = try {
            manager.openScope("open", failFast = random.nextInt(4) == 0, concurrency = limit(random))
        } catch (_: OffloadException) {
            return
        }
        scopes += scope
        repeat(3) { verb(scope, ofScope, random) }
        when (random.nextInt(3)) {
            0 -> scope.complete()
            1 -> scope.cancel()
            else -> {} // the shutdown ends it
        }
    }

    private fun limit(random: Random) = if (random.nextInt(3) == 0) ConcurrencyLimit.of(1) else null

    private suspend fun verb(scope: OffloadScope, kind: OffloadKind<Any, Int>, random: Random) {
        val key = random.nextInt(KEYS)
        when (random.nextInt(6)) {
            0 -> refusable(shared.name()) {
                use(scope.share(shared.key(key)) { run(body(random)) }, shared, random)
            }

            1 -> refusable(called.name()) {
                ask { scope.call(called.key(key)) { run(body(random, mayFail = true)) } }
            }

            2 -> refusable(SPAWNED) {
                scope.spawn(SPAWNED) { run(body(random)) }
                told.getValue(SPAWNED).accepted.increment()
            }

            else -> submit(scope, kind, key, random)
        }
    }

    private suspend fun submit(scope: OffloadScope, kind: OffloadKind<Any, Int>, key: Int, random: Random) {
        val told = told.getValue(kind.name())
        told.asked.increment()
        val conflict = ConflictPolicy.entries.random(random)
        val limits = when (random.nextInt(3)) {
            0 -> TimeoutPolicy(warnAfter = 30.minutes, cancelAfter = 1.hours)

            // an entry of the timer that must go
            1 -> TimeoutPolicy(cancelAfter = 50.microseconds)

            else -> null
        }
        val handle = when (val answer = scope.trySubmit(kind.key(key), conflict, limits) { run(body(random)) }) {
            is Submission.Started -> answer.handle().also { told.accepted.increment() }
            is Submission.Replaced -> answer.handle().also { told.accepted.increment() }
            is Submission.Joined -> answer.handle().also { told.joined.increment() }
            is Submission.Rejected -> return told.rejected.increment()
        }
        use(handle, kind, random)
    }

    private suspend fun use(handle: OffloadDeferred<Int>, kind: OffloadKind<Any, Int>, random: Random) {
        handles += kind to handle
        if (random.nextInt(3) == 0) handle.cancel()
        if (random.nextInt(3) != 0) ask { handle.await() }
    }

    private suspend fun refusable(kind: String, verb: suspend () -> Unit) {
        told.getValue(kind).asked.increment()
        try {
            verb()
        } catch (_: OffloadRejectedException) {
        } catch (e: CancellationException) {
            told.getValue(kind).cancelled.increment()
            throw e
        }
    }

    /** Counts exactly one answer, of one of the forms the contract knows. */
    private suspend fun ask(question: suspend () -> Int) {
        asked.incrementAndGet()
        try {
            question()
        } catch (_: OnPurpose) {
        } catch (e: OffloadRejectedException) {
            throw e
        } catch (_: OffloadException) {
        } finally {
            answered.incrementAndGet()
        }
    }

    private class Body(val how: Int) {
        val begun = AtomicInteger()
        val ended = AtomicInteger()

        override fun toString() = "body $how: begun ${begun.get()} times, ended ${ended.get()} times"
    }

    private fun body(random: Random, mayFail: Boolean = false): Body {
        val how = random.nextInt(12)
        return Body(if (how == FAILS && !mayFail) 0 else how).also { bodies += it }
    }

    private suspend fun CoroutineScope.run(body: Body): Int {
        body.begun.incrementAndGet()
        if (isOver) startedTooLate.incrementAndGet()
        try {
            when (body.how) {
                FAILS -> throw OnPurpose()
                FAILS + 1 -> withContext(NonCancellable) { repeat(5) { yield() } }
                FAILS + 2 -> awaitCancellation()
                FAILS + 3 -> launch { repeat(3) { yield() } }
                FAILS + 4 -> refusable(called.name()) { ask { manager.call(called.key(KEYS)) { 1 } } }
                else -> repeat(body.how) { yield() }
            }
            return body.how
        } catch (_: OffloadRejectedException) {
            return 0
        } finally {
            body.ended.incrementAndGet()
        }
    }

    private companion object {
        const val KEYS = 3
        const val RACERS = 6
        const val STEPS = 8
        const val SPAWNED = "storm.spawn"
        const val FAILS = 7
    }
}
