package dev.offload.guide

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.ScopeClosedException
import dev.offload.TaskState
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.managerTest
import dev.offload.coroutines.name
import dev.offload.coroutines.scope
import dev.offload.coroutines.snapshot
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveAtLeastSize
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CompletableJob
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.slf4j.MDCContext
import kotlinx.coroutines.test.advanceUntilIdle
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import org.slf4j.MDC
import java.io.IOException
import java.nio.file.Path
import java.util.concurrent.CountDownLatch
import kotlin.io.path.readText
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/** What docs/kotlin.md shows compiles, runs and does what it says. */
class KotlinGuideSpec :
    StringSpec({
        "the code in docs/kotlin.md is the code that is tested here" {
            val tested = unindented(Path.of("src/test/kotlin/dev/offload/guide/KotlinGuide.kt").readText())
            val shown = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
                .findAll(Path.of("../docs/kotlin.md").readText())
                .map { unindented(it.groupValues[1]) }
                .toList()
            shown shouldHaveAtLeastSize 20
            shown.forAll { tested shouldContain it }
        }

        "the manager is shut down when the requests have ended, also by a cancellation" {
            managerTest { manager ->
                val server = launch {
                    serve(manager) {
                        manager.submit(loadHistory.key(7)) { delay(3.seconds).let { "history" } }
                        awaitCancellation()
                    }
                }
                runCurrent()
                server.cancelAndJoin()
                manager.snapshot().total().succeeded() shouldBe 1
                manager.trySubmit(loadHistory.key(7)) { "late" }.handleOrNull().shouldBeNull()
            }
        }

        "a job gives its value, and so does a call; what blocks runs elsewhere" {
            managerTest { manager ->
                first(manager, FakeApi(), 7) shouldBe User(7)
                user(manager, FakeApi(), 7) shouldBe User(7)
                archived(manager, { "archive of $it" }, 7) shouldBe "archive of 7"
            }
        }

        "a body has children, and calls other jobs" {
            managerTest { manager ->
                val api = FakeApi()
                val pages = List(3) { async { sharedPage(manager, api, 7) } }
                user(manager, api, 7) shouldBe User(7)
                pages.awaitAll().forAll { it shouldBe PAGE }
                api.users shouldBe 1
                currentTime shouldBe 1_000
            }
        }

        "a page is a scope, and what it spawned outlives it" {
            managerTest { manager ->
                val api = FakeApi()
                List(3) { async { page(manager, api, 7) } }.awaitAll().forAll { it shouldBe PAGE }
                api.users shouldBe 1
                api.histories shouldBe 3
                manager.snapshot().children().shouldBeEmpty()
                api.audits shouldBe 0
                manager.joinAll()
                api.audits shouldBe 3
            }
        }

        "a page that takes too long leaves nothing of its own, and spawned work goes on" {
            managerTest { manager ->
                val slow = FakeApi(time = 5.seconds)
                pageInTime(manager, slow, 7).shouldBeNull()
                currentTime shouldBe 2_000
                runCurrent()
                manager.activeCount shouldBe 1
                manager.joinAll()
                slow.audits shouldBe 1
                pageInTime(manager, FakeApi(), 7) shouldBe PAGE
            }
        }

        "a scope that fails fast gives all, or the first failure" {
            managerTest { manager ->
                allOrNothing(manager, FakeApi(), 7) shouldBe PAGE
                val api = FakeApi(failures = 1, time = Duration.ZERO, timeOfHistory = 1.minutes)
                shouldThrow<IOException> { allOrNothing(manager, api, 7) }.message shouldBe "try again"
                currentTime shouldBe 1_000 // of the first page
            }
        }

        "what a handle tells" {
            managerTest { manager ->
                tell(manager.submit(loadUser.key(7)) { User(7) }) shouldBe "found User(id=7)"
                tell(manager.submit(loadUser.key(7)) { throw IOException("gone") }) shouldBe "the load failed: gone"
                val limit = TimeoutPolicy(cancelAfter = 1.seconds)
                tell(manager.submit(loadUser.key(7), timeout = limit) { awaitCancellation() }) shouldBe
                    "the job ran into its own limit"
                val slow = manager.submit(loadUser.key(7)) { delay(3.seconds).let { User(7) } }
                tell(slow) shouldBe "not in time: the job goes on, and can be awaited again"
                tell(slow) shouldBe "found User(id=7)"
            }
        }

        "a job is found and cancelled by its key" {
            managerTest { manager ->
                stop(manager, 7) shouldBe false
                val load = manager.submit(loadUser.key(7)) { awaitCancellation() }
                stop(manager, 7) shouldBe true
                tell(load) shouldBe "someone cancelled the job: CANCELLED"
            }
        }

        "the jobs of a request have its MDC, and a job of the manager has what it is given" {
            managerTest { manager ->
                val api = FakeApi()
                traced(manager, api, "a", 7) shouldBe PAGE
                api.requestOfHistory shouldBe "a"
                withContext(MDCContext(mapOf("request" to "b"))) { refresh(manager, api, 7) }.await()
                api.requestOfHistory shouldBe "b"
                MDC.get("request").shouldBeNull()
            }
        }

        "a test in virtual time, one that mixes it with real time, and one in real time" {
            tenCallersShareOneLoad()
            virtualTimeJumps()
            realTimeInATest()
        }

        "a limit in virtual time is met at once by a body that works in real time" {
            managerTest { manager ->
                val disk = CountDownLatch(1)
                val job = manager.submit(loadHistory.key(7), timeout = TimeoutPolicy(cancelAfter = 1.hours)) {
                    withContext(Dispatchers.IO) { disk.await().let { "too late" } }
                }
                shouldThrow<OffloadTimeoutException> { job.await() }
                disk.countDown()
                manager.joinAll()
            }
        }

        "the grace of a shutdown is over at once, if its caller's time is virtual and that of the bodies is not" {
            runTest {
                val manager = OffloadManager()
                val begun = CompletableDeferred<Unit>()
                val goOn = CompletableDeferred<Unit>()
                manager.submit(loadHistory.key(7)) {
                    begun.complete(Unit)
                    withContext(NonCancellable) { goOn.await().let { "late" } }
                }
                begun.await()
                manager.shutdown(grace = 1.hours, kill = 1.hours).undying() shouldHaveSize 1
                goOn.complete(Unit)
                manager.joinAll()
            }
        }

        "a manager whose jobs take the tenant along" {
            val manager = perTenant()
            listOf("a", "b").forEach { tenantReport(manager, Tenant(it), 1) shouldBe "report 1 for $it" }
            end(manager)
        }

        "a screen that was rotated finds its load" {
            managerTest(screens) { manager ->
                manager.openScope("before").run {
                    share(loadUser.key(7)) { delay(3.seconds).let { User(7) } }
                    testScheduler.runCurrent()
                    cancel()
                }
                delay(2.seconds)
                manager.scope("after") { share(loadUser.key(7)) { error("a second load") }.await() } shouldBe User(7)
                currentTime shouldBe 3_000
            }
        }

        "a manager with settings" {
            val manager = configured()
            manager.name shouldBe "shop"
            manager.call(loadHistory.key(7)) { "history" } shouldBe "history"
            end(manager)
        }

        "an admin finds what runs too long, and a kind that is to stop" {
            managerTest { manager ->
                val old = manager.openScope("screen").submit(loadUser.key(7)) { awaitCancellation() }
                delay(5.minutes)
                val young = manager.submit(loadUser.key(7)) { awaitCancellation() }
                val history = manager.submit(loadHistory.key(7)) { awaitCancellation() }
                testScheduler.runCurrent()
                tidyUp(manager) shouldBe 2
                listOf(old, young, history).map { it.jobState() } shouldBe
                    listOf(JobState.CANCELLING, JobState.RUNNING, JobState.CANCELLING)
                stopForSure(manager, 7) shouldBe true
                young.jobState() shouldBe JobState.CANCELLED
            }
        }

        "a flow of users comes in order, eight loads at a time" {
            managerTest { manager ->
                val api = FakeApi()
                usersOf(manager, (1..16).asFlow(), api).toList() shouldBe List(16) { User(it + 1) }
                currentTime shouldBe 2_000
            }
        }

        "a request has two seconds" {
            managerTest { manager ->
                val api = FakeApi()
                withinTwoSeconds(manager, api, 7) shouldBe "${api.user(7)}: ${api.history(7)}"
                manager.share(loadUser.key(8)) { delay(3.seconds).let { api.user(8) } }
                withinTwoSeconds(manager, api, 8) shouldBe "SCOPE: not within 2s"
            }
        }

        "a refresh replaces, or says why it cannot" {
            managerTest { manager ->
                val api = FakeApi()
                val first = async { shouldThrow<OffloadCancelledException> { refreshed(manager, api, 7) } }
                runCurrent()
                refreshed(manager, api, 7) shouldBe "history of 7"
                first.await().reason() shouldBe CancelReason.REPLACED
                shouldThrow<OffloadTimeoutException> { refreshed(manager, FakeApi(time = 1.minutes), 7) }
                manager.cancel()
                refreshed(manager, api, 7) shouldBe "not now: SCOPE_CLOSED"
            }
        }

        "who writes reads what he wrote, although a load is under way" {
            managerTest { manager ->
                val api = FakeApi()
                val before = async { user(manager, api, 7) }
                delay(500.milliseconds)
                var written = false
                renamed(manager, api, 7) { written = true } shouldBe User(7)
                written shouldBe true
                currentTime shouldBe 2_000 // the load of before ended at 1,000, and one more ran
                api.users shouldBe 2
                before.await() shouldBe User(7)
            }
        }

        "a stale price is answered at once and renewed once, by a load that outlives the requests" {
            managerTest { manager ->
                var loads = 0
                val prices = Prices(manager, testScheduler.timeSource) {
                    delay(1.seconds)
                    ++loads
                }
                suspend fun request() = manager.scope("GET /prices") { prices.price("tea") }
                List(5) { async { request() } }.awaitAll() shouldBe List(5) { 1 }
                delay(1.minutes)
                val before = currentTime
                repeat(5) { request() shouldBe 1 }
                currentTime shouldBe before
                delay(2.seconds)
                request() shouldBe 2
                loads shouldBe 2
            }
        }

        "who found a price stale and comes after its renewal starts no other one" {
            managerTest { manager ->
                var loads = 0
                val prices = Prices(manager, testScheduler.timeSource) { ++loads }
                prices.price("tea")
                prices.renew("tea")
                manager.joinAll()
                loads shouldBe 1
            }
        }

        "a renewal that is refused costs nobody the old price, and one that fails is tried again" {
            managerTest { manager ->
                var loads = 0
                val prices = Prices(manager, testScheduler.timeSource) {
                    if (++loads == 2) throw IOException("on purpose")
                    loads
                }
                prices.price("tea")
                delay(1.minutes)
                repeat(2) {
                    prices.price("tea") shouldBe 1
                    manager.joinAll()
                }
                prices.price("tea") shouldBe 3
                delay(1.minutes)
                manager.cancel()
                prices.price("tea") shouldBe 3
            }
        }

        "a renewal by share of the request's scope would end with that" {
            managerTest { manager ->
                val key = loadPrice.key("tea")
                val renewal = manager.scope("GET /prices") { share(key) { delay(1.seconds).let { 1 } } }
                shouldThrow<OffloadCancelledException> { renewal.await() }
                manager.joinAll()
                renewal.jobState() shouldBe JobState.CANCELLED
                val kept = manager.scope("GET /prices") { manager.share(key) { delay(1.seconds).let { 1 } } }
                kept.await() shouldBe 1
            }
        }

        "what is typed fast is saved once, and a save that has begun is finished before the next" {
            managerTest { manager ->
                val saved = mutableListOf<String>()
                val drafts = Drafts(manager) { _, text ->
                    saved += "begin $text"
                    delay(1.seconds)
                    saved += "end $text"
                }
                for (text in listOf("H", "He", "Hel")) {
                    drafts.typed("letter", text)
                    delay(200.milliseconds)
                }
                delay(500.milliseconds) // in the middle of the save
                drafts.typed("letter", "Hello")
                advanceUntilIdle()
                saved shouldContainExactly listOf("begin Hel", "end Hel", "begin Hello", "end Hello")
            }
        }

        "a load that is tried again is one load for all who wait, with pauses that grow" {
            managerTest { manager ->
                val api = FakeApi(failures = 2, time = Duration.ZERO)
                List(10) { async { steadyUser(manager, api, 7) } }.awaitAll().forAll { it shouldBe User(7) }
                api.users shouldBe 3
                currentTime shouldBeInRange 1_500L..3_000L
                val down = FakeApi(failures = Int.MAX_VALUE, time = Duration.ZERO)
                shouldThrow<IOException> { steadyUser(manager, down, 7) }
                down.users shouldBe 4
            }
        }

        "the time limit is that of all attempts together" {
            managerTest { manager ->
                val api = FakeApi(failures = Int.MAX_VALUE, time = 14.seconds)
                shouldThrow<OffloadTimeoutException> { steadyUser(manager, api, 7) }
                currentTime shouldBe 30_000
            }
        }

        "a pause in the body keeps the permit" {
            managerTest(oneAtATime(loadUser)) { manager ->
                val flaky = async { steadyUser(manager, FakeApi(failures = 1, time = Duration.ZERO), 7) }
                runCurrent()
                steadyUser(manager, FakeApi(time = Duration.ZERO), 8) shouldBe User(8)
                flaky.isCompleted shouldBe true
                currentTime shouldBeInRange 500L..1_000L
            }
        }

        "a pause between jobs of another kind keeps none" {
            managerTest(oneAtATime(askForUser)) { manager ->
                val flaky = async { steadyUserUnderLimit(manager, FakeApi(failures = 1, time = Duration.ZERO), 7) }
                runCurrent()
                steadyUserUnderLimit(manager, FakeApi(time = Duration.ZERO), 8) shouldBe User(8)
                currentTime shouldBe 0
                flaky.await() shouldBe User(7)
                manager.snapshot().byKind().getValue("user.ask").accepted() shouldBe 3
            }
        }

        "a batch runs within its limits, whatever its size, and tells what failed" {
            managerTest { manager ->
                var running = 0
                var mostRunning = 0
                var mostActive = 0
                val failed = reindexAll(manager, (1..SIZE).asSequence()) { id ->
                    mostRunning = maxOf(mostRunning, ++running)
                    mostActive = maxOf(mostActive, manager.activeCount)
                    delay(1.seconds)
                    running--
                    if (id % 1_000 == 0) throw IOException("on purpose")
                }
                failed shouldBe (1_000..SIZE step 1_000).toList()
                mostRunning shouldBe 64
                mostActive shouldBe 64 + 1_000
                manager.snapshot().total().succeeded() shouldBe SIZE.toLong()
                manager.activeCount shouldBe 0
            }
        }

        "a live view shows what works, and each change" {
            managerTest { manager ->
                val tasks = TaskRecorder<String, Unit>(manager, UPLOAD)
                val first = tasks.launchGated("a")
                val seen = Channel<Set<String>>(Channel.UNLIMITED)
                val viewer = launch { working(tasks).collect { seen.send(it) } }
                seen.receive() shouldBe setOf("a")
                val second = tasks.launchGated("b")
                seen.receive() shouldBe setOf("a", "b")
                first.complete()
                seen.receive() shouldBe setOf("b")
                second.complete()
                seen.receive() shouldBe emptySet()
                viewer.cancelAndJoin()
            }
        }

        "a live view that was too slow finds its way back" {
            managerTest { manager ->
                val tasks = TaskRecorder<String, Unit>(manager, UPLOAD)
                val begun = CompletableDeferred<Unit>()
                val goOn = CompletableDeferred<Unit>()
                val found = async {
                    working(tasks)
                        .onEach {
                            begun.complete(Unit)
                            goOn.await()
                        }.first { it == setOf("last") }
                }
                begun.await()
                repeat(TaskRecorder.FEED_CAPACITY) { tasks.launch("task $it") { } }
                manager.joinAll()
                tasks.count(TaskState.SUCCEEDED) shouldBe TaskRecorder.FEED_CAPACITY.toLong()
                val last = tasks.launchGated("last")
                goOn.complete(Unit)
                found.await() shouldBe setOf("last")
                last.complete()
            }
        }

        "a client gets its answers, and asks again on the next connection when one breaks" {
            managerTest {
                val connections = mutableListOf<FakeConnection>()
                val client = Client { FakeConnection().also { connections += it } }
                val early = async { client.ask("echo?") } // waits for the first connection
                val staying = launch { client.stayConnected() }
                early.await() shouldBe "echo"
                val once = async { runCatching { client.ask("silence?") } }
                val steady = async { askSteadily(client, "only on the second?") }
                runCurrent()
                connections.single().breakOff()
                shouldThrow<IOException> { once.await().getOrThrow() }.message shouldContain "broke"
                steady.await() shouldBe "yes"
                connections.size shouldBe 2
                shouldThrow<OffloadTimeoutException> { client.ask("silence?") }
                staying.cancelAndJoin()
            }
        }

        "a wait can be failed alone, a value can be missing, and what nobody waits for has a reason" {
            runTest {
                val answers = WaitMap<Long, String>(remember = 10)
                askBriefly(answers, 1) { arrived(answers, it, "yes") shouldBe "taken" } shouldBe "yes"
                askBriefly(answers, 2) {}.shouldBeNull()
                currentTime shouldBe 200
                arrived(answers, 1, "yes") shouldBe "it was answered before"
                arrived(answers, 2, "yes") shouldBe "who asked is gone"
                arrived(answers, 3, "yes") shouldBe "nobody asked, or long ago"
                shouldThrow<IOException> {
                    askBriefly(answers, 4) { refused(answers, it, IOException("no such page")) }
                }.message shouldBe "no such page"
                refused(answers, 4, IOException("no such page"))
                answers.close()
                arrived(answers, 1, "yes") shouldBe "the map is closed"
            }
        }

        "two screens share a load, and closing one leaves the other; a note outlives its screen" {
            managerTest { manager ->
                val api = FakeApi()
                val screens = List(2) { UserViewModel(manager, api, 7) }
                screens.forEach {
                    it.refresh()
                    it.refresh()
                    it.leaveNote()
                }
                delay(500.milliseconds)
                screens.forAll { it.shown.value shouldBe "loading" }
                screens[0].close()
                screens[1].shown.first { it != "loading" } shouldBe "User(id=7): history of 7"
                screens[0].shown.value shouldBe "loading"
                screens[1].close()
                manager.joinAll()
                runCurrent()
                api.users shouldBe 1
                api.histories shouldBe 1
                api.audits shouldBe 2
                manager.snapshot().children().shouldBeEmpty()
            }
        }

        "a manager that is used is shut down behind its block" {
            lateinit var used: OffloadManager
            withManager {
                used = it
                it.call(loadUser.key(7)) { User(7) }
            } shouldBe User(7)
            shouldThrow<ScopeClosedException> { used.submit(loadUser.key(7)) { User(7) } }
        }

        "a block of a scope assigns a value" {
            managerTest { manager -> title(manager, FakeApi(), 7) shouldBe "about User(id=7)" }
        }

        "all users are awaited, or the first failure; of two places the faster one is taken" {
            managerTest { manager ->
                users(manager, FakeApi(), listOf(1, 2)) shouldContainExactly listOf(User(1), User(2))
                shouldThrow<IOException> { users(manager, FakeApi(failures = 1), listOf(1, 2)) }
                val here = manager.submit(loadUser.key(7)) { delay(2.seconds).let { User(7) } }
                val there = manager.submit(loadUser.key(8)) { delay(1.seconds).let { User(8) } }
                fastest(here, there) shouldBe User(8)
                asDeferred(here).await() shouldBe User(7)
            }
        }

        "the work of a screen ends with the screen's own Job" {
            managerTest { manager ->
                val screen = CoroutineScope(Job())
                val job = workOf(screen, manager).submit(refreshScreen.key(7)) { awaitCancellation() }
                screen.cancel()
                screen.coroutineContext.job.join()
                job.jobState() shouldBe JobState.CANCELLED
            }
        }

        "the load of a screen ends with the last screen, and a failure is shown" {
            managerTest { manager ->
                val alone = UserViewModel(manager, FakeApi(), 7)
                alone.refresh()
                runCurrent()
                alone.close()
                manager.joinAll()
                manager.snapshot().total().cancelled() shouldBe 2
                currentTime shouldBe 0
                UserViewModel(manager, FakeApi(failures = 1), 7).use { screen ->
                    screen.refresh()
                    screen.shown.first { it.startsWith("not loaded") } shouldBe "not loaded: try again"
                }
            }
        }
    })

private const val SIZE = 20_000
private val UPLOAD = OffloadKind.named<String, Unit>("upload")
private val PAGE = Page(User(7), "history of 7")

private fun oneAtATime(kind: OffloadKind<*, *>) =
    OffloadConfig { kind(kind, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))) }

/** A task that works until what is answered is completed. */
private fun TaskRecorder<String, Unit>.launchGated(id: String): CompletableJob {
    val gate = Job()
    launch(id) { gate.join() }
    return gate
}

/** Each answer takes [time], an audit twice as long; the first [failures] of those for users fail. */
private class FakeApi(
    private val failures: Int = 0,
    private val time: Duration = 1.seconds,
    private val timeOfHistory: Duration = time,
) : Api {
    var users = 0
    var histories = 0
    var audits = 0
    var requestOfHistory: String? = null

    override suspend fun user(id: Int): User {
        val number = ++users
        delay(time)
        if (number <= failures) throw IOException("try again")
        return User(id)
    }

    override suspend fun history(id: Int): String {
        histories++
        requestOfHistory = MDC.get("request")
        delay(timeOfHistory)
        return "history of $id"
    }

    override suspend fun audit(id: Int) {
        delay(time * 2)
        audits++
    }
}

/** Answers some questions at once. */
private class FakeConnection : Connection {
    private val end = CompletableDeferred<Nothing>()
    private var onAnswer: ((Long, String) -> Unit)? = null

    override suspend fun send(id: Long, question: String) {
        if (question == "echo?") onAnswer!!(id, "echo")
        if (id > 3 && question == "only on the second?") onAnswer!!(id, "yes")
    }

    override suspend fun receive(onAnswer: (id: Long, text: String) -> Unit): Nothing {
        this.onAnswer = onAnswer
        end.await()
    }

    fun breakOff() {
        end.completeExceptionally(IOException("reset by peer"))
    }
}

private fun unindented(text: String): String = text.lines().joinToString("\n") { it.trim() }.trim()
