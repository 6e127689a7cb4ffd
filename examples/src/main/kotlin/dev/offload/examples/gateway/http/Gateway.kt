package dev.offload.examples.gateway.http

import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.scope
import io.ktor.http.HttpMethod
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlin.time.TimeSource

/** The label of the jobs that write the access log. */
internal const val ACCESS_LOG = "access.log"

/** What becomes of a request: it is answered, and the access log gets a line. */
internal fun interface Gateway {
    /** Handles one request. This function is cancellable: that is what happens to it when the client hangs up. */
    suspend fun handle(call: ApplicationCall)
}

/** The gateway as it should be: a scope per request, loads shared by requests, log lines that nobody waits for. */
internal class OffloadGateway(
    private val manager: OffloadManager,
    private val handler: CachingHandler,
    private val log: RequestLog,
    private val loads: (OffloadScope) -> Loads,
) : Gateway {
    /**
     * The line of the log belongs to no scope of the request: a client that hangs up cancels that, be it with the last
     * byte of the answer in its hands, and a cancelled scope takes nothing more.
     */
    override suspend fun handle(call: ApplicationCall) {
        val start = TimeSource.Monotonic.markNow()
        try {
            manager.scope(scopeName(call)) { handler.answer(call, loads(this)) }
        } finally {
            val line = logLine(call, start.elapsedNow())
            manager.spawn(ACCESS_LOG) { log.write(line) }
        }
    }

    /** Not the path, which may hold an id, and not any method, since those are a client's choice. */
    private fun scopeName(call: ApplicationCall): String = when (call.request.httpMethod) {
        HttpMethod.Get -> "GET"
        HttpMethod.Head -> "HEAD"
        else -> "other"
    }
}

/** The gateway one has without offload. */
internal class PlainGateway(
    private val handler: CachingHandler,
    private val log: RequestLog,
    private val loads: Loads,
) : Gateway {
    override suspend fun handle(call: ApplicationCall) {
        val start = TimeSource.Monotonic.markNow()
        try {
            handler.answer(call, loads)
        } finally {
            val line = logLine(call, start.elapsedNow())
            withContext(NonCancellable) { log.write(line) }
        }
    }
}
