package dev.offload.examples.gateway.http

import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import io.ktor.http.HttpMethod
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
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
    override suspend fun handle(call: ApplicationCall) = manager.scope(scopeName(call)) {
        val start = TimeSource.Monotonic.markNow()
        val sent = handler.answer(call, loads(this))
        val line = logLine(call, sent, start.elapsedNow())
        spawn(ACCESS_LOG) { log.write(line) }
        Unit
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
        val sent = handler.answer(call, loads)
        log.write(logLine(call, sent, start.elapsedNow()))
    }
}
