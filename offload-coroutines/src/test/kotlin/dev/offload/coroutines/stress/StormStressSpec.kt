package dev.offload.coroutines.stress

import dev.offload.ConflictPolicy
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.job.entries
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.snapshot
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

class StormStressSpec :
    FunSpec({
        test("R1, R3, R4: a storm on few keys overlaps no bodies, answers everybody once, and leaves nothing") {
            bounded {
                val manager = realManager()
                val storm = Storm(manager)
                List(16) { launch { storm.rage(Random(it), 2_500) } }.joinAll()
                manager.joinAll()
                storm.asked.get() shouldBe storm.answered.get()
                storm.overlaps.get() shouldBe 0
                manager.shouldBeAtRest()
                manager.entries() shouldBe 0
                manager.snapshot().total().submitted() shouldBe storm.submitted.get()
            }
        }
    })

private class Storm(private val manager: OffloadManager) {
    private val kind = OffloadKind.named<Any, Int>("storm")
    private val inside = List(KEYS) { AtomicInteger() }
    val overlaps = AtomicInteger()
    val asked = AtomicLong()
    val answered = AtomicLong()
    val submitted = AtomicLong()

    suspend fun rage(random: Random, steps: Int) {
        repeat(steps) {
            val key = random.nextInt(KEYS)
            when (random.nextInt(8)) {
                0 -> manager.cancel(kind.key(key))
                1 -> use(submit(key, ConflictPolicy.REPLACE, random), random)
                2 -> use(submit(key, ConflictPolicy.REJECT, random), random)
                3 -> ask { call(key, random) }
                4 -> abandon(key, random)
                5 -> use(submit(key, ConflictPolicy.NEXT, random), random)
                else -> use(submit(key, ConflictPolicy.JOIN, random), random)
            }
        }
    }

    private fun submit(key: Int, conflict: ConflictPolicy, random: Random): OffloadDeferred<Int>? {
        submitted.incrementAndGet()
        val how = random.nextInt(6)
        val limit = if (how == 5) TimeoutPolicy(cancelAfter = 50.microseconds) else null
        return manager.trySubmit(kind.key(key), conflict, limit) { body(key, how) }.handleOrNull()
    }

    private suspend fun call(key: Int, random: Random): Int {
        submitted.incrementAndGet()
        val how = random.nextInt(5)
        return manager.call(kind.key(key)) { body(key, how) }
    }

    /** A caller that is cancelled somewhere in its call. */
    private suspend fun abandon(key: Int, random: Random) {
        submitted.incrementAndGet()
        val how = random.nextInt(5)
        val caller = manager.launch(start = kotlinx.coroutines.CoroutineStart.UNDISPATCHED) {
            ask { manager.call(kind.key(key)) { body(key, how) } }
        }
        if (random.nextBoolean()) yield()
        caller.cancel()
        caller.join()
    }

    private suspend fun use(handle: OffloadDeferred<Int>?, random: Random) {
        if (handle == null) return
        if (random.nextInt(3) == 0) handle.cancel()
        if (random.nextInt(3) == 0) manager.launch { handle.cancel() }
        ask { handle.await() }
        if (random.nextInt(4) == 0) handle.join()
    }

    /** Counts exactly one answer, of one of the forms the contract knows. */
    private suspend fun ask(question: suspend () -> Int) {
        asked.incrementAndGet()
        try {
            question()
        } catch (_: OffloadCancelledException) {
        } catch (_: OffloadTimeoutException) {
        } catch (_: OnPurpose) {
        } catch (e: CancellationException) { // only the abandoned caller may see it
            withContext(NonCancellable) { answered.incrementAndGet() }
            throw e
        }
        answered.incrementAndGet()
    }

    private suspend fun body(key: Int, how: Int): Int {
        if (inside[key].incrementAndGet() != 1) overlaps.incrementAndGet()
        try {
            when (how) {
                0 -> {}
                1 -> throw OnPurpose()
                2 -> withContext(NonCancellable) { repeat(3) { yield() } }
                else -> repeat(how) { yield() }
            }
            return key
        } finally {
            inside[key].decrementAndGet()
        }
    }

    /** Without a stack trace, for speed. */
    private class OnPurpose : RuntimeException("on purpose", null, false, false)

    private companion object {
        const val KEYS = 3
    }
}
