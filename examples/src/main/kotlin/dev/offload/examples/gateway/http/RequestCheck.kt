package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import java.util.Locale

/** A request that is not to be answered, but with this status. */
internal class BadRequestException(
    override val message: String,
    val status: HttpStatusCode = HttpStatusCode.BadRequest,
) : Exception(message)

/**
 * Checks what the server leaves to its users (RFC 9112, 3.2 and 6.3), and answers the path that is asked for, with its
 * query.
 *
 * The server reads each of these, in its own way. What is behind the gateway may read them in another way, and then two
 * sides do not agree where a request ends, or whom it is for.
 *
 * @param target as it stands in the first line
 * @throws BadRequestException if the request is to be refused, and its connection closed
 */
internal fun checkedPath(version: String, target: String, headers: Headers): String {
    checkFraming(version, headers)
    if (headers.hasControls()) throw BadRequestException("a header has a control character")
    val host = host(version, headers)
    val path = if (target.startsWith('/')) target else pathOfUrl(target, host)
    when {
        '#' in path -> throw BadRequestException("a path has no fragment")
        path.any { it <= ' ' || it == '\u007f' } -> throw BadRequestException("the path has a control character")
        BAD_ESCAPE.containsMatchIn(path) -> throw BadRequestException("the path has a % that begins no escape")
    }
    return escaped(path)
}

/**
 * The server undoes one encoding, `chunked`, and believes it before any length. But it takes a body that breaks off
 * between two chunks for a whole one, and nobody behind it can tell; so what comes in chunks is not taken at all.
 */
private fun checkFraming(version: String, headers: Headers) {
    val encodings = headers.listed(HttpHeaders.TransferEncoding)
    val lengths = headers.listed(HttpHeaders.ContentLength)
    when {
        HttpHeaders.TransferEncoding !in headers -> {
            if (lengths.size > 1) throw BadRequestException("there is more than one Content-Length")
        }

        version == HTTP_1_0 -> throw BadRequestException("HTTP/1.0 has no Transfer-Encoding")

        encodings.singleOrNull()?.lowercase() != "chunked" ->
            throw BadRequestException("the only Transfer-Encoding is chunked, once")

        lengths.isNotEmpty() -> throw BadRequestException("Transfer-Encoding and Content-Length exclude each other")

        else -> throw BadRequestException("the length of the body must be told", HttpStatusCode.LengthRequired)
    }
}

private fun host(version: String, headers: Headers): String? {
    val hosts = headers.getAll(HttpHeaders.Host).orEmpty()
    when {
        hosts.isEmpty() && version != HTTP_1_0 -> throw BadRequestException("there is no Host")
        hosts.size > 1 -> throw BadRequestException("there is more than one Host")
        hosts.any { !HOST.matches(it) } -> throw BadRequestException("the Host is none")
    }
    return hosts.singleOrNull()
}

/** A client may give the whole URL, if it is one of this server; for others the gateway is no proxy. */
private fun pathOfUrl(url: String, host: String?): String {
    val rest = if (url.startsWith("http://", ignoreCase = true)) url.drop("http://".length) else null
    val authority = rest?.takeWhile { it !in "/?#" }.orEmpty()
    if (rest == null || host == null || authority.lowercase(Locale.ROOT) != host.lowercase(Locale.ROOT)) {
        throw BadRequestException("this is no path of this server")
    }
    val path = rest.drop(authority.length)
    return if (path.startsWith('/')) path else "/$path"
}

/** Browsers send some characters bare that no URL may have; the origin gets them as they should have been sent. */
private fun escaped(path: String): String {
    val query = path.indexOf('?').let { if (it < 0) path.length else it }
    if (path.indices.none { isBare(path[it], it < query) }) return path
    val bytes = path.encodeToByteArray().toString(Charsets.ISO_8859_1)
    val endOfPath = bytes.indexOf('?').let { if (it < 0) bytes.length else it }
    return buildString {
        bytes.forEachIndexed { i, c ->
            if (isBare(c, i < endOfPath)) append("%%%02X".format(Locale.ROOT, c.code)) else append(c)
        }
    }
}

private fun isBare(c: Char, inPath: Boolean): Boolean = c in "\"<>\\^`{|}" || (inPath && c in "[]") || c > '~'

/** The version that knows neither chunks nor, for certain, the name of the host. */
internal const val HTTP_1_0 = "HTTP/1.0"

private val HOST = Regex("""[\w.~%!$&'()*+,;=:\[\]-]*""")
private val BAD_ESCAPE = Regex("%(?![0-9a-fA-F]{2})")
