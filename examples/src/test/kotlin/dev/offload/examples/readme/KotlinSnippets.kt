package dev.offload.examples.readme

import dev.offload.ConflictPolicy
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

// The Kotlin code of README.md, to the letter, and what it needs to run.

data class User(val id: Int)

fun interface UserApi {
    suspend fun user(id: Int): User
}

data class Report(val text: String)

private suspend fun buildReport(): Report {
    delay(5.seconds)
    return Report("daily")
}

val loadUser = OffloadKind.named<User>("user.load") // a constant: names the work, fixes its type

class Users(
    private val manager: OffloadManager, // one for the application
    private val api: UserApi,
) {
    /** All callers who ask for one id at the same time share one request. */
    suspend fun user(id: Int): User = manager.call(loadUser.key(id)) { api.user(id) }
}

val rebuild = OffloadKind.named<Report>("report.rebuild")

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

val loadHistory = OffloadKind.named<String>("history.load")

suspend fun page(manager: OffloadManager, api: UserApi, id: Int): String = manager.scope("GET /users/{id}") {
    // one structured scope per request
    val user = share(loadUser.key(id)) { api.user(id) } // one flight for all requests that want it
    val history = submit(loadHistory.key(id)) { "history" } // owned by this request, ends with it
    spawn("audit") { println("a page was shown") } // outlives the request
    "${user.await()}: ${history.await()}"
}
