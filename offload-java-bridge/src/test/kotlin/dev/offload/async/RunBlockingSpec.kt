package dev.offload.async

import dev.offload.ConcurrencyLimit
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.contract.fixture.Bounded
import dev.offload.coroutines.currentOffload
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.seconds

/** Bodies that block, and call what suspends inside of `runBlocking`. */
class RunBlockingSpec :
    FunSpec({
        val limited = OffloadKind.named<Any, Int>("limited")
        val free = OffloadKind.named<Any, Int>("free")
        val oneAtATime = OffloadConfig.builder()
            .kind(limited, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .build()

        fun blocking(test: (AsyncOffloadManager) -> Unit) {
            val manager = AsyncOffloadManager.builder().config(oneAtATime).build()
            Bounded.run("the test") { test(manager) }
            Bounded.run("the end of the manager", manager::close)
        }

        for ((how, wait) in mapOf<String, suspend (AsyncOffloadManager) -> Int>(
            "a call" to { KotlinInterop.asKotlin(it).call(limited.key(2)) { 5 } },
            "an await" to { KotlinInterop.asDeferred(it.submit(limited.key(2)) { 5 }).await() },
            "joinAll, in a scope" to {
                KotlinInterop.asKotlin(it).scope("one") {
                    val job = submit(limited.key(2)) { 5 }
                    joinAll()
                    job.await()
                }
            },
            "the end of a scope" to {
                val value = CompletableDeferred<Int>()
                KotlinInterop.asKotlin(it).scope("one") { submit(limited.key(2)) { value.complete(5).let { 0 } } }
                value.await()
            },
            "an await in a child" to {
                coroutineScope { async { KotlinInterop.asKotlin(it).submit(limited.key(2)) { 5 }.await() }.await() }
            },
        )) {
            test("T3: in a blocking body runBlocking with $how lends its permits") {
                blocking { manager ->
                    val body = manager.submit(limited.key(1)) { runBlocking { wait(manager) } }
                    Bounded.get("the body", body) shouldBe 5
                }
            }
        }

        test("E5: in a blocking body runBlocking closes a circle, and tells the job") {
            blocking { manager ->
                val kotlin = KotlinInterop.asKotlin(manager)
                val body = manager.share(free.key(1)) {
                    runBlocking {
                        currentOffload()?.key shouldBe free.key(1)
                        shouldThrow<OffloadCycleException> { kotlin.call(free.key(1)) { 0 } }
                            .kinds() shouldContainExactly listOf("free", "free")
                        val outerWaits = CompletableDeferred<Unit>()
                        val inner = kotlin.submit(free.key(2)) {
                            outerWaits.await()
                            shouldThrow<OffloadCycleException> { kotlin.call(free.key(1)) { 0 } }
                            currentOffload()?.key shouldBe free.key(2)
                            6
                        }
                        val outer = async(start = CoroutineStart.UNDISPATCHED) { inner.await() }
                        outerWaits.complete(Unit)
                        outer.await()
                    }
                }
                Bounded.get("the body", body) shouldBe 6
            }
        }

        test("E5: an unconfined caller who is resumed by a blocking body is not that body") {
            blocking { manager ->
                val kotlin = KotlinInterop.asKotlin(manager)
                val resume = CompletableDeferred<Unit>()
                val caller = CoroutineScope(Dispatchers.Unconfined).async {
                    resume.await()
                    kotlin.call(free.key(1)) { 0 }
                }
                val body = manager.share(free.key(1)) {
                    resume.complete(Unit)
                    runBlocking { kotlin.call(free.key(2)) { 3 } }
                }
                Bounded.get("the body", body) shouldBe 3
                runBlocking { withTimeout(20.seconds) { caller.await() } } shouldBe 3
            }
        }

        for ((how, wait) in mapOf<String, suspend (AsyncOffloadManager, AsyncWaitMap<Int, Int>, Int) -> Int>(
            "a job" to { manager, _, _ -> KotlinInterop.asDeferred(manager.submit(free.auto()) { 1 }).await() },
            "two jobs at once" to { manager, _, _ ->
                coroutineScope {
                    val job = async { KotlinInterop.asDeferred(manager.submit(free.auto()) { 1 }).await() }
                    KotlinInterop.asDeferred(manager.submit(free.auto()) { 0 }).await() + job.await()
                }
            },
            "a key of a wait map" to { manager, map, id ->
                KotlinInterop.asKotlin(map).subscribe(id).use { waiter ->
                    manager.submit(free.auto()) { map.wake(id, 1).let { 0 } }
                    waiter.await()
                }
            },
        )) {
            test("J2: bodies that wait in runBlocking for $how do not keep it from a thread") {
                val threads = BodyThreads.pool(4, Duration.ofMillis(20))
                val manager = AsyncOffloadManager.builder().executor(threads.executor()).build()
                val begun = CountDownLatch(4)
                val map = AsyncWaitMap.create<Int, Int>()
                val bodies = List(20) { id ->
                    manager.submit(free.auto()) {
                        begun.countDown()
                        begun.await(20, TimeUnit.SECONDS) shouldBe true
                        runBlocking { wait(manager, map, id) }
                    }
                }
                bodies.forEach { Bounded.get("a body", it) shouldBe 1 }
                Bounded.run("the end of the manager", manager::close)
                threads.shutdown().run()
            }
        }
    })
