package dev.offload.guide

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.KeyStuckException
import dev.offload.NoMatchReason
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.ScopeSnapshot
import dev.offload.Submission
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.WakeOutcome
import dev.offload.coroutines.AbandonPolicy
import dev.offload.coroutines.ConcurrencyLimit
import dev.offload.coroutines.KindPolicy
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.asDeferred
import dev.offload.coroutines.awaitAll
import dev.offload.coroutines.awaitOrNull
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelAndJoin
import dev.offload.coroutines.cancelJob
import dev.offload.coroutines.exceeded
import dev.offload.coroutines.find
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.limit
import dev.offload.coroutines.mapOffloaded
import dev.offload.coroutines.onAwait
import dev.offload.coroutines.reason
import dev.offload.coroutines.scope
import dev.offload.coroutines.shutdownKill
import dev.offload.coroutines.snapshot
import dev.offload.coroutines.use
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.job
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.slf4j.MDCContext
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeMark
import kotlin.time.TimeSource

// The code of docs/kotlin.md, to the letter, and what it needs to run.

data class User(val id: Int)

data class Page(val user: User, val history: String)

interface Api {
    suspend fun user(id: Int): User

    suspend fun history(id: Int): String

    suspend fun audit(id: Int)
}

/** Its functions block. */
fun interface Archive {
    fun history(id: Int): String
}

suspend fun serve(manager: OffloadManager, requests: suspend () -> Unit) {
    try {
        requests() // until the application is told to stop
    } finally {
        withContext(NonCancellable) { end(manager) } // also if that was by a cancellation
    }
}

suspend fun end(manager: OffloadManager) {
    val report = manager.shutdown(grace = 10.seconds, kill = 5.seconds)
    if (!report.isClean) println("would not die: ${report.undying()}")
}

/** A manager for as long as a block runs. */
suspend fun <R> withManager(block: suspend (OffloadManager) -> R): R =
    OffloadManager(name = "shop").use(grace = 10.seconds) { manager -> block(manager) }

val loadUser = OffloadKind.named<Int, User>("user.load")
val loadHistory = OffloadKind.named<Int, String>("history.load")

suspend fun first(manager: OffloadManager, api: Api, id: Int): User {
    val user = manager.submit(loadUser.key(id)) { api.user(id) } // does not suspend
    return user.await()
}

/** The same in one step, for callers who want nothing but the value. */
suspend fun user(manager: OffloadManager, api: Api, id: Int): User = manager.call(loadUser.key(id)) { api.user(id) }

suspend fun archived(manager: OffloadManager, archive: Archive, id: Int): String = manager.call(loadHistory.key(id)) {
    runInterruptible(Dispatchers.IO) { archive.history(id) } // blocks; a cancel interrupts it
}

val loadPage = OffloadKind.named<Int, Page>("page.load")

suspend fun sharedPage(manager: OffloadManager, api: Api, id: Int): Page = manager.call(loadPage.key(id)) {
    val history = async { api.history(id) } // a plain coroutine of the body belongs to the job
    val user = manager.call(loadUser.key(id)) { api.user(id) } // another job, which others may share
    Page(user, history.await())
}

suspend fun page(manager: OffloadManager, api: Api, id: Int): Page = manager.scope("GET /users/{id}") {
    val user = share(loadUser.key(id)) { api.user(id) } // one load for all requests that want it
    val history = submit(loadHistory.key(id)) { api.history(id) } // owned by this request
    spawn("audit") { api.audit(id) } // outlives the request
    Page(user.await(), history.await())
}

/** Null if that takes too long: what the request owned was cancelled then, and has ended. */
suspend fun pageInTime(manager: OffloadManager, api: Api, id: Int): Page? =
    withTimeoutOrNull(2.seconds) { page(manager, api, id) }

suspend fun allOrNothing(manager: OffloadManager, api: Api, id: Int): Page =
    manager.scope("GET /users/{id}", failFast = true) {
        val user = submit(loadUser.key(id)) { api.user(id) }
        val history = submit(loadHistory.key(id)) { api.history(id) }
        Page(user.await(), history.await())
    }

suspend fun tell(user: OffloadDeferred<User>): String = try {
    val found = withTimeoutOrNull(2.seconds) { user.await() }
    if (found == null) "not in time: the job goes on, and can be awaited again" else "found $found"
} catch (_: OffloadTimeoutException) {
    "the job ran into its own limit"
} catch (e: OffloadCancelledException) {
    "someone cancelled the job: ${e.reason}"
} catch (e: IOException) {
    "the load failed: ${e.message}" // what the body threw, as it is
}

/** Fails with the first load that does; the others go on. */
suspend fun users(manager: OffloadManager, api: Api, ids: List<Int>): List<User> =
    ids.map { id -> manager.share(loadUser.key(id)) { api.user(id) } }.awaitAll()

/** Takes what answers first. The one that loses goes on, and can be awaited later. */
suspend fun fastest(here: OffloadDeferred<User>, there: OffloadDeferred<User>): User = select {
    here.onAwait { it }
    there.onAwait { it }
}

/** For code that asks for a `Deferred` of the coroutine library. To cancel it gives the handle up. */
fun asDeferred(user: OffloadDeferred<User>): Deferred<User> = user.asDeferred()

suspend fun title(manager: OffloadManager, api: Api, id: Int): String {
    val user: User
    manager.scope("title") {
        user = call(loadUser.key(id)) { api.user(id) } // the block runs once, and the compiler knows
    }
    return "about $user"
}

fun stop(manager: OffloadManager, id: Int): Boolean {
    val job = manager.find(loadUser.key(id)) ?: return false
    println("${job.state} for ${job.age}, ${job.leases} wait for it")
    return manager.cancel(loadUser.key(id))
}

/** A page for admins: whatever runs too long, in whatever scope, goes; a kind whose source is down goes as a whole. */
fun tidyUp(manager: OffloadManager): Int {
    fun jobs(scope: ScopeSnapshot): List<JobSnapshot> = scope.jobs() + scope.children().flatMap(::jobs)
    val old = jobs(manager.snapshot()).filter { it.age().toMinutes() >= 5 }
    return old.count { manager.cancelJob(it.number()) } + manager.cancel(loadHistory)
}

/** When this returns, nothing of that load is going on any more. */
suspend fun stopForSure(manager: OffloadManager, id: Int): Boolean = manager.cancelAndJoin(loadUser.key(id))

suspend fun traced(manager: OffloadManager, api: Api, requestId: String, id: Int): Page =
    withContext(MDCContext(mapOf("request" to requestId))) { page(manager, api, id) }

fun refresh(manager: OffloadManager, api: Api, id: Int): OffloadDeferred<String> =
    manager.submit(loadHistory.key(id), context = MDCContext()) { api.history(id) } // the MDC of this thread, now

data class Tenant(val name: String) : AbstractCoroutineContextElement(Tenant) {
    companion object Key : CoroutineContext.Key<Tenant>
}

val tenantReport = OffloadKind.named<Pair<String, Int>, String>("tenant.report")

fun perTenant(): OffloadManager = OffloadManager(carry = setOf(Tenant))

suspend fun tenantReport(manager: OffloadManager, tenant: Tenant, id: Int): String = withContext(tenant) {
    manager.call(tenantReport.key(tenant.name to id)) { "report $id for ${currentCoroutineContext()[Tenant]?.name}" }
}

fun tenCallersShareOneLoad() = runTest {
    val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
    var loads = 0
    suspend fun load(): User = manager.call(loadUser.key(7)) {
        loads++
        delay(1.minutes) // virtual, so it takes no time
        User(7)
    }

    val users = List(10) { async { load() } }.awaitAll()

    check(users == List(10) { User(7) })
    check(loads == 1)
    check(currentTime == 60_000L)
    manager.shutdown(grace = Duration.ZERO)
}

fun virtualTimeJumps() = runTest {
    val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
    val begun = CompletableDeferred<Unit>()
    val disk = CountDownLatch(1)
    val first = manager.submit(loadHistory.key(7)) {
        withContext(Dispatchers.IO) {
            begun.complete(Unit) // real time from here on
            disk.await()
            "too late"
        }
    }
    begun.await()
    first.cancel()

    val next = manager.submit(loadHistory.key(7)) { "next" } // waits until the cancelled body has ended, at most 60 s
    val outcome = runCatching { next.await() } // which are over at once: nothing else is to be done in virtual time

    disk.countDown()
    check(outcome.exceptionOrNull() is KeyStuckException)
    check(currentTime == 60_000L)
    manager.joinAll()
}

fun realTimeInATest() = runTest {
    val manager = OffloadManager() // its dispatcher and its limits are real
    val text = manager.call(loadHistory.key(7)) { withContext(Dispatchers.IO) { "a file" } }
    check(text == "a file")
    val report = withContext(Dispatchers.Default) { manager.shutdown(grace = 10.seconds) } // so is this grace
    check(report.isClean)
}

fun configured(): OffloadManager = OffloadManager(
    config = OffloadConfig {
        timeout(TimeoutPolicy(startWithin = 10.seconds, cancelAfter = 30.seconds)) // for each job
        concurrency(ConcurrencyLimit(64)) // bodies of the whole manager
        kind(loadHistory, KindPolicy(concurrency = ConcurrencyLimit(4, maxQueued = 100)))
        shutdownKill(5.seconds)
    },
    name = "shop",
)

suspend fun withinTwoSeconds(manager: OffloadManager, api: Api, id: Int): String = try {
    manager.scope("GET /users/{id}", timeout = 2.seconds) {
        val user = share(loadUser.key(id)) { api.user(id) }
        val history = submit(loadHistory.key(id)) { api.history(id) }
        "${user.await()}: ${history.await()}"
    }
} catch (e: OffloadTimeoutException) {
    "${e.exceeded}: not within ${e.limit}"
}

suspend fun refreshed(manager: OffloadManager, api: Api, id: Int): String {
    val taken =
        manager.trySubmit(
            loadHistory.key(id),
            conflict = ConflictPolicy.REPLACE, // one in flight is cancelled; this one starts when it has ended
            timeout = TimeoutPolicy(cancelAfter = 5.seconds),
        ) { api.history(id) }
    return if (taken is Submission.Rejected) "not now: ${taken.reason}" else taken.handleOrNull()!!.await()
}

val loadPrice = OffloadKind.named<String, Int>("price.load")

class Prices(
    private val manager: OffloadManager,
    private val timeSource: TimeSource = TimeSource.Monotonic,
    private val load: suspend (article: String) -> Int,
) {
    private class Entry(val price: Int, private val since: TimeMark) {
        val isFresh get() = since.elapsedNow() < 1.minutes
    }

    private val entries = ConcurrentHashMap<String, Entry>()

    /** Waits only for what is missing. What is stale is answered at once, and renewed in the background. */
    suspend fun price(article: String): Int {
        val entry = entries[article] ?: return manager.call(loadPrice.key(article)) { loadUnlessFresh(article) }
        if (!entry.isFresh) renew(article)
        return entry.price
    }

    /** Does not wait. A refusal is no error here: who asked has the old price. */
    fun renew(article: String) {
        manager.trySubmit(loadPrice.key(article), conflict = ConflictPolicy.REJECT) { loadUnlessFresh(article) }
    }

    private suspend fun loadUnlessFresh(article: String): Int {
        val renewed = entries[article]?.takeIf { it.isFresh } // by a load that ended after the caller had looked
        if (renewed != null) return renewed.price
        return load(article).also { entries[article] = Entry(it, timeSource.markNow()) }
    }
}

suspend fun renamed(manager: OffloadManager, api: Api, id: Int, rename: suspend () -> Unit): User {
    rename()
    return manager.call(loadUser.key(id), ConflictPolicy.NEXT) { api.user(id) } // begins after the write
}

val saveDraft = OffloadKind.named<String, Unit>("draft.save")

class Drafts(private val scope: OffloadScope, private val save: suspend (draft: String, text: String) -> Unit) {
    /** Saves what was typed last, once nothing was typed for half a second. */
    fun typed(draft: String, text: String) {
        scope.submit(saveDraft.key(draft), conflict = ConflictPolicy.REPLACE) {
            delay(500.milliseconds) // what is typed meanwhile ends it here
            withContext(NonCancellable) { save(draft, text) } // what has begun is finished; the next one waits for that
        }
    }
}

/** Runs [attempt] until it succeeds, at most [attempts] times, with pauses that grow. */
suspend fun <T> retrying(attempts: Int, firstPause: Duration, attempt: suspend () -> T): T {
    var pause = firstPause
    repeat(attempts - 1) {
        try {
            return attempt()
        } catch (_: IOException) { // only what may pass: a cancellation has to get out
            delay(pause * Random.nextDouble(0.5, 1.0)) // so that those who failed together do not come back together
            pause = minOf(pause * 2, 1.minutes)
        }
    }
    return attempt()
}

suspend fun steadyUser(manager: OffloadManager, api: Api, id: Int): User =
    manager.call(loadUser.key(id), timeout = TimeoutPolicy(cancelAfter = 30.seconds)) {
        retrying(attempts = 4, firstPause = 1.seconds) { api.user(id) }
    }

val askForUser = OffloadKind.named<Int, User>("user.ask") // the kind with the limit

suspend fun steadyUserUnderLimit(manager: OffloadManager, api: Api, id: Int): User = manager.call(loadUser.key(id)) {
    retrying(attempts = 4, firstPause = 1.seconds) {
        manager.call(askForUser.key(id)) { api.user(id) } // has a permit; a pause has none
    }
}

fun usersOf(manager: OffloadManager, ids: Flow<Int>, api: Api): Flow<User> =
    ids.mapOffloaded(manager, concurrency = 8, key = { loadUser.key(it) }) { api.user(it) }

val reindex = OffloadKind.named<Int, Unit>("reindex")

/** Answers the ids that failed. */
suspend fun reindexAll(manager: OffloadManager, ids: Sequence<Int>, index: suspend (id: Int) -> Unit): List<Int> {
    val failed = ConcurrentLinkedQueue<Int>()
    manager.scope("reindex", concurrency = ConcurrencyLimit.of(64).withMaxQueued(1_000)) {
        for (id in ids) {
            // Suspends while 64 run and 1,000 are queued.
            submitWhenRoom(reindex.key(id)) {
                try {
                    index(id)
                } catch (_: IOException) {
                    failed += id
                }
            }
        }
    } // returns when the last one has ended
    return failed.toList()
}

/** The tasks that work: those of now, and then again after each change. */
fun <ID : Any> working(tasks: TaskRecorder<ID, *>): Flow<Set<ID>> = flow {
    val working = mutableSetOf<ID>()
    tasks.watch().collect { event ->
        when (event) {
            is TaskEvent.Snapshot -> { // comes first, and again if this view was too slow
                working.clear()
                working += event.working()
            }

            is TaskEvent.Moved ->
                if (event.to() == TaskState.WORKING) working += event.id() else working -= event.id()

            is TaskEvent.Missed -> Unit // of `transitions` alone
        }
        emit(working.toSet())
    }
}

interface Connection {
    suspend fun send(id: Long, question: String)

    /** Hands over what arrives, and throws when the connection breaks. */
    suspend fun receive(onAnswer: (id: Long, text: String) -> Unit): Nothing
}

class Client(private val connect: suspend () -> Connection) {
    private val answers = WaitMap<Long, String>("answers")
    private val current = MutableStateFlow<Connection?>(null)
    private val ids = AtomicLong()

    /** Connects, and connects again when that breaks, until it is cancelled. */
    suspend fun stayConnected() {
        while (true) {
            try {
                receiveFrom(connect())
            } catch (_: IOException) {
                delay(1.seconds)
            }
        }
    }

    private suspend fun receiveFrom(connection: Connection): Nothing = try {
        current.value = connection
        connection.receive { id, text -> answers.wake(id, text) }
    } catch (e: Throwable) {
        current.value = null
        answers.failAll(IOException("the connection broke before an answer came", e)) // and is open for the next one
        throw e
    }

    suspend fun ask(question: String): String {
        val id = ids.incrementAndGet()
        return answers.subscribe(id).use { answer ->
            // an answer is not missed, nor is the end of the connection
            current.filterNotNull().first().send(id, question) // waits for a connection
            answer.await(2.seconds)
        }
    }
}

/** For questions that may be asked twice. */
suspend fun askSteadily(client: Client, question: String): String =
    retrying(attempts = 3, firstPause = 1.seconds) { client.ask(question) }

/** Null if the answer takes too long to be of use. */
suspend fun askBriefly(answers: WaitMap<Long, String>, id: Long, send: suspend (Long) -> Unit): String? =
    answers.subscribe(id).use { answer ->
        send(id)
        answer.awaitOrNull(200.milliseconds)
    }

/** One question will not be answered, says the other side: who asked it gets just this exception. */
fun refused(answers: WaitMap<Long, String>, id: Long, why: IOException) {
    if (!answers.fail(id, why)) println("nobody waits for $id, but for ${answers.waitingKeys()}")
}

/** For a map that remembers: `WaitMap<Long, String>(remember = 1_000)`. */
fun arrived(answers: WaitMap<Long, String>, id: Long, text: String): String =
    when (val outcome = answers.wake(id, text)) {
        is WakeOutcome.NoMatch -> when (outcome.reason()) {
            NoMatchReason.LATE -> "who asked is gone"
            NoMatchReason.DUPLICATE -> "it was answered before"
            NoMatchReason.UNKNOWN -> "nobody asked, or long ago"
        }

        is WakeOutcome.Closed -> "the map is closed"

        is WakeOutcome.Woke, is WakeOutcome.Stored -> "taken"
    }

val screens = OffloadConfig {
    kind(loadUser, KindPolicy(abandon = AbandonPolicy(linger = 5.seconds)))
}

val refreshScreen = OffloadKind.named<Int, Unit>("screen.refresh")

class UserViewModel(manager: OffloadManager, private val api: Api, private val id: Int) : AutoCloseable {
    private val work = manager.openScope("user screen")
    private val text = MutableStateFlow("")
    val shown: StateFlow<String> = text.asStateFlow()

    fun refresh() {
        // A second tap meanwhile joins it.
        work.submit(refreshScreen.key(id)) {
            text.value = "loading"
            try {
                val user = work.call(loadUser.key(id)) { api.user(id) } // one load for all screens that want this user
                text.value = "$user: ${api.history(id)}"
            } catch (e: IOException) {
                text.value = "not loaded: ${e.message}"
            }
        }
    }

    fun leaveNote() {
        work.spawn("audit") { api.audit(id) } // goes on when the screen is left
    }

    /** To be called in `onCleared`. */
    override fun close() = work.cancel()
}

/** For an owner with a `Job`, as `viewModelScope`: the work is cancelled with it, and there is nothing to close. */
fun workOf(screen: CoroutineScope, manager: OffloadManager): OffloadScope =
    manager.openScope("user screen", parent = screen.coroutineContext.job, context = Dispatchers.Default)
