package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.http.HttpRequestCloseHandlerKey
import io.ktor.server.request.httpVersion
import io.ktor.server.response.header
import io.ktor.server.response.respond
import io.ktor.utils.io.InternalAPI
import io.ktor.utils.io.writeFully
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.job
import kotlin.time.Duration.Companion.milliseconds

/**
 * Cancels the handling of a request whose client hangs up.
 *
 * Ktor's plugin HttpRequestLifecycle is made for that, but in 3.5 it takes the end of the requests on a connection for
 * the end of the connection, and cancels the call that says `Connection: close` before it is answered (KTOR-9731). So
 * its key is set here, but not for such a call: that one is answered whether or not somebody is still there.
 */
@OptIn(InternalAPI::class)
internal fun ApplicationCall.cancelOnHangUp() {
    if (isLastOfConnection) return
    attributes.put(HttpRequestCloseHandlerKey) { coroutineContext.cancel() }
}

/** Whether the server closes the connection after this call. */
internal val ApplicationCall.isLastOfConnection: Boolean
    get() {
        val options = request.headers.listed(HttpHeaders.Connection).map { it.lowercase() }
        return "close" in options || (request.httpVersion == HTTP_1_0 && options.isEmpty())
    }

/**
 * Suspends until the requests that came before this one on its connection have been answered. CIO handles what is sent
 * ahead at once. But what follows a request that is refused may be none, and must not be acted on: it waits here until
 * the connection is closed. This function is cancellable.
 */
@OptIn(ExperimentalCoroutinesApi::class)
internal suspend fun ApplicationCall.awaitTurn() {
    val own = coroutineContext.job.parent
    val connection = own?.parent ?: return
    // In the order in which they were begun.
    connection.children
        .takeWhile { it !== own }
        .filter { (it as? CoroutineScope)?.coroutineContext?.get(CoroutineName) == HANDLER }
        .forEach { it.join() }
    // The one before may have ended because the connection did, and that is about to reach this one.
    connection.ensureActive()
}

/** How CIO names the coroutine that handles a request, which is a child of that of the connection. */
private val HANDLER = CoroutineName("request-handler")

/**
 * Closes the connection to a client whose answer cannot be finished: a body that is too short must not look as if it
 * were whole. Ktor would leave it open, and the client would wait for the rest. The job of a connection is the one
 * above that of the call's coroutine and that of the call.
 */
@OptIn(ExperimentalCoroutinesApi::class)
internal fun ApplicationCall.hangUp() {
    coroutineContext.job.parent?.parent?.cancel()
}

/**
 * Tells what is wrong with a request, and closes its connection: where the next request begins on it is not certain. CIO
 * closes only what the client wants to be closed.
 *
 * The answer does not end before the connection does, so what was read as a request after this one, and may be none,
 * never has its turn, see [awaitTurn].
 */
internal suspend fun ApplicationCall.sendErrorAndClose(status: HttpStatusCode, why: String) {
    val line = "$why\n".encodeToByteArray()
    response.header(HttpHeaders.Connection, "close")
    sent = Sent(status.value, line.size.toLong(), null)
    val body = StreamedBody(status.value, Headers.Empty, line.size.toLong()) {
        it.writeFully(line)
        it.flush()
        // The answer goes through the connection's own coroutines, and they do not tell when it is out.
        delay(TIME_TO_WRITE)
        hangUp()
    }
    respond(body)
}

private val TIME_TO_WRITE = 200.milliseconds
