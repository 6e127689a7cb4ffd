package dev.offload.examples.readme

import dev.offload.ConflictPolicy
import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.RevokeOutcome
import dev.offload.TaskState
import dev.offload.WakeOutcome
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.scope
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

// The Kotlin code of README.md, to the letter, and what it needs to run.

data class User(val id: Int)

fun interface UserApi {
    suspend fun user(id: Int): User
}

fun interface Connection {
    suspend fun send(id: Int, question: String)
}

interface Disk {
    suspend fun write(name: String)

    suspend fun delete(name: String)
}

data class Report(val text: String)

private suspend fun buildReport(): Report {
    delay(5.seconds)
    return Report("daily")
}

val loadUser = OffloadKind.named<Int, User>("user.load") // a constant: names the work, fixes its type

class Users(
    private val manager: OffloadManager, // one for the application
    private val api: UserApi,
) {
    /** All callers who ask for one id at the same time share one request. */
    suspend fun user(id: Int): User = manager.call(loadUser.key(id)) { api.user(id) }
}

val rebuild = OffloadKind.named<String, Report>("report.rebuild")

suspend fun rebuildNow(manager: OffloadManager): Report {
    val job =
        manager.submit(
            rebuild.key("daily"),
            conflict = ConflictPolicy.REPLACE, // a rebuild under way is cancelled, this one starts when it has ended
            timeout = TimeoutPolicy(warnAfter = 10.seconds, cancelAfter = 1.minutes),
        ) { buildReport() }
    manager.spawn("audit") { println("rebuild asked for") } // fire and forget; its key is the answer
    return job.await()
}

fun isRebuilding(manager: OffloadManager): Boolean = manager.isInFlight(rebuild.key("daily"))

val loadHistory = OffloadKind.named<Int, String>("history.load")

suspend fun page(manager: OffloadManager, api: UserApi, id: Int): String = manager.scope("GET /users/{id}") {
    // one structured scope per request
    val user = share(loadUser.key(id)) { api.user(id) } // one flight for all requests that want it
    val history = submit(loadHistory.key(id)) { "history" } // owned by this request, ends with it
    spawn("audit") { println("a page was shown") } // outlives the request
    "${user.await()}: ${history.await()}"
}

class Client(private val connection: Connection) {
    private val answers = WaitMap<Int, String>("answers")

    suspend fun ask(id: Int, question: String): String = answers.subscribe(id).use { answer ->
        connection.send(id, question) // from here on an answer is not missed, however fast it is
        answer.await(2.seconds)
    }

    /** Called where answers arrive; false for one that nobody waits for any more. */
    fun onAnswer(id: Int, text: String): Boolean = answers.wake(id, text) is WakeOutcome.Woke

    fun onDisconnect(cause: Throwable) = answers.close(cause) // fails everyone who waits, with the cause
}

val upload = OffloadKind.named<String, Unit>("upload")

class Uploads(scope: OffloadScope, private val disk: Disk) {
    private val tasks = TaskRecorder(scope, upload)

    /** Stores a file, unless it is stored or being stored; one that failed is tried again. */
    fun store(name: String): Boolean = tasks.launch(name) { disk.write(name) } is LaunchOutcome.Launched

    fun state(name: String): TaskState = tasks.state(name) // NOT_FOUND, WORKING, SUCCEEDED or FAILED

    /** Deletes a stored file, once. */
    suspend fun delete(name: String): Boolean = tasks.revoke(name) { disk.delete(name) } is RevokeOutcome.Revoked
}
