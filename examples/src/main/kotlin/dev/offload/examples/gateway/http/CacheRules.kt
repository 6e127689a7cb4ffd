package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.fromHttpToGmtDate
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** What may be done with an answer besides giving it to whom it was made for. */
internal sealed interface Use {
    /** It may be stored. */
    data class Store(val freshness: Freshness) : Use

    /** It may be given to all who were waiting for it, and not be kept. */
    data object Share : Use

    /** Nothing. */
    data object None : Use
}

/** Tells what may be cached (RFC 9111, 3), always in doubt: no. */
internal class CacheRules(private val settings: GatewaySettings) {
    /**
     * Whether the store may answer a request, and the origin's answer to an anonymous one be given instead of one to
     * it. A request that tells who asks, or asks for a part, or under a condition, or for a new answer, is passed
     * through.
     */
    fun isForEveryone(method: HttpMethod, request: Headers): Boolean {
        val isRead = method == HttpMethod.Get || method == HttpMethod.Head
        val control = CacheControl.of(request)
        return isRead && !hasBody(request) && PERSONAL.none { it in request } && DEMANDS_NEW.none { it in control } &&
            control.seconds("max-age") != Duration.ZERO && "no-cache" !in request.listed(HttpHeaders.Pragma)
    }

    /**
     * What may be done with an answer to an anonymous request.
     *
     * An error may be shared by those who were waiting: the request that met it carried nothing of any of them, so it
     * is no more one's than another's, and if each of them asked again, a failing origin would get the more to do the
     * worse it fares. It is not kept: who comes later asks anew.
     */
    fun useOf(status: Int, response: Headers): Use {
        val control = CacheControl.of(response)
        val fresh = lifetime(response, control)
        val isMarked = NOT_FOR_ALL.any { it in control } || HttpHeaders.SetCookie in response || varies(response)
        return when {
            isMarked || fresh <= Duration.ZERO -> Use.None
            status == OK -> Use.Store(windows(fresh, control))
            status >= FIRST_ERROR -> Use.Share
            else -> Use.None
        }
    }

    private fun lifetime(response: Headers, control: CacheControl): Duration =
        control.seconds("s-maxage") ?: control.seconds("max-age") ?: expires(response) ?: settings.ttl

    /** An `Expires` that is no date, often 0, means: in the past. */
    private fun expires(response: Headers): Duration? {
        val expires = response[HttpHeaders.Expires] ?: return null
        val until = runCatching { expires.fromHttpToGmtDate().timestamp }.getOrElse { return Duration.ZERO }
        val from =
            runCatching { response[HttpHeaders.Date]?.fromHttpToGmtDate()?.timestamp }.getOrNull()
                ?: System.currentTimeMillis()
        return (until - from).milliseconds
    }

    private fun windows(fresh: Duration, control: CacheControl): Freshness {
        // s-maxage says it too, see RFC 9111, 5.2.2.10.
        val isStrict = STRICT.any { it in control }
        return Freshness(
            fresh,
            stale = if (isStrict) Duration.ZERO else control.seconds("stale-while-revalidate") ?: settings.stale,
            staleIfError = if (isStrict) Duration.ZERO else control.seconds("stale-if-error") ?: settings.staleIfError,
        )
    }

    /** A load asks for no encoding, so an answer that varies with that alone suits everybody. */
    private fun varies(response: Headers): Boolean =
        response.listed(HttpHeaders.Vary).any { !it.equals(HttpHeaders.AcceptEncoding, ignoreCase = true) }

    private companion object {
        const val OK = 200
        const val FIRST_ERROR = 400

        val PERSONAL =
            listOf(
                HttpHeaders.Authorization,
                HttpHeaders.Cookie,
                HttpHeaders.Range,
                HttpHeaders.IfMatch,
                HttpHeaders.IfNoneMatch,
                HttpHeaders.IfModifiedSince,
                HttpHeaders.IfUnmodifiedSince,
                HttpHeaders.IfRange,
            )
        val DEMANDS_NEW = listOf("no-cache", "no-store")
        val NOT_FOR_ALL = listOf("no-store", "private", "no-cache")
        val STRICT = listOf("must-revalidate", "proxy-revalidate", "s-maxage")
    }
}
