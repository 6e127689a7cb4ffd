package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import java.time.Instant
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
    private val shareable = ShareableHeaders(settings.shareableHeaders)

    /**
     * Whether an answer to a request may also be one to others, so that the store and shared loads are for it. A request
     * that carries anything that may be personal, or asks for a part, or forbids to store, is passed through.
     */
    fun isForEveryone(method: HttpMethod, request: Headers): Boolean {
        val isRead = method == HttpMethod.Get || method == HttpMethod.Head
        return isRead && !hasBody(request) && shareable.areAll(request) && "no-store" !in CacheControl.of(request)
    }

    /**
     * What may be done with an answer to a request that is [isForEveryone].
     *
     * An error may be shared by those who were waiting: the request that met it carried nothing of any of them, so it
     * is no more one's than another's, and if each of them asked again, a failing origin would get the more to do the
     * worse it fares. It is not kept, unless the origin says for how long: who comes later asks anew.
     */
    fun useOf(status: Int, response: Headers): Use {
        val control = CacheControl.of(response)
        val told = toldLifetime(response, control)
        val fresh = told ?: settings.ttl
        val isMarked =
            NOT_FOR_ALL.any { it in control } || HttpHeaders.SetCookie in response || varyOf(response) == null
        return when {
            isMarked || fresh <= Duration.ZERO -> Use.None
            status == OK || (told != null && status in UNDERSTOOD) -> Use.Store(windows(fresh, told != null, control))
            status >= FIRST_ERROR -> Use.Share
            else -> Use.None
        }
    }

    /** How long the origin says that an answer is fresh; null if it does not say. */
    private fun toldLifetime(response: Headers, control: CacheControl): Duration? =
        control.seconds("s-maxage") ?: control.seconds("max-age") ?: expires(response)

    /** An `Expires` that is no date, often 0, or of which there are two, means: in the past. */
    private fun expires(response: Headers): Duration? {
        val expires = response.getAll(HttpHeaders.Expires) ?: return null
        val until = expires.singleOrNull()?.let(::httpDate) ?: return Duration.ZERO
        val from = response[HttpHeaders.Date]?.let(::httpDate) ?: Instant.now()
        return (until.toEpochMilli() - from.toEpochMilli()).milliseconds
    }

    /** The settings count only where the origin says nothing: one that sets a time means it to be kept. */
    private fun windows(fresh: Duration, isTold: Boolean, control: CacheControl): Freshness {
        // s-maxage says it too, see RFC 9111, 5.2.2.10.
        val isStrict = STRICT.any { it in control }

        fun window(directive: String, default: Duration) = when {
            isStrict -> Duration.ZERO
            else -> control.seconds(directive) ?: if (isTold) Duration.ZERO else default
        }
        return Freshness(
            fresh,
            stale = window("stale-while-revalidate", settings.stale),
            staleIfError = window("stale-if-error", settings.staleIfError),
        )
    }

    private companion object {
        const val OK = 200
        const val FIRST_ERROR = 400

        /** Whose meaning is known, and whose answers are for any request alike. */
        val UNDERSTOOD = setOf(203, 204, 300, 301, 302, 307, 308, 404, 405, 410, 414)
        val NOT_FOR_ALL = listOf("no-store", "private", "no-cache")
        val STRICT = listOf("must-revalidate", "proxy-revalidate", "s-maxage")
    }
}
