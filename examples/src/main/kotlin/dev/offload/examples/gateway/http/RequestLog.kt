package dev.offload.examples.gateway.http

import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.request.httpVersion
import io.ktor.server.request.uri
import kotlinx.coroutines.isActive
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.Locale
import kotlin.time.Duration

/** Where the lines of the access log go. */
internal fun interface RequestLog {
    /** Writes a line. Called by several requests at once. */
    suspend fun write(line: String)
}

/** What is logged as the status where nothing was sent, because the client, or the gateway, did not wait for it. */
private const val GONE = 499

/**
 * A line of the access log in Combined Log Format, followed by `X-Cache` and the time it took. Who asked is left out,
 * and so is the query: either may be nobody's business.
 */
internal fun logLine(call: ApplicationCall, time: Duration): String {
    // A handler that fails before it has sent anything is answered by the server.
    val sent = call.sent ?: Sent(if (call.isActive) HttpStatusCode.InternalServerError.value else GONE, null, null)
    val bytes = sent.bytes ?: "-"
    val path = loggedPath(call.request.uri)
    val request = "${call.request.httpMethod.value} $path ${call.request.httpVersion}"
    val at = OffsetDateTime.now(ZoneOffset.UTC).format(TIME)
    val outcome = sent.outcome?.name ?: "-"
    return """- - - [$at] "$request" ${sent.status} $bytes "-" "-" $outcome ${time.inWholeMilliseconds}ms"""
}

/** A path as it may stand in a log: without its query, in one line. */
internal fun loggedPath(path: String): String = path.substringBefore('?').map(::escaped).joinToString("")

private fun escaped(c: Char): String = when {
    c == '"' || c == '\\' -> "\\$c"
    c < ' ' || c > '~' -> "\\x%02x".format(Locale.ROOT, c.code and 0xff)
    else -> c.toString()
}

private val TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ENGLISH)
