package dev.offload.examples.gateway.http

import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/**
 * How a gateway works.
 *
 * @property host the address to listen at
 * @property port the port to listen at; 0 for any that is free
 * @property ttl how long an answer is fresh, if the origin does not say
 * @property stale how long after that it is still served at once, while it is being renewed, if the origin does not say
 * @property staleIfError how long after that it may stand in where the origin fails, if the origin does not say
 * @property originLimit how long the origin may take
 * @property maxBody the size in bytes beyond which a body is not stored, but only passed through
 * @property maxStore how many bytes of answers are stored at most
 * @property passFor how long requests for a path are passed through, each on its own, after an answer that may not be
 *   shared
 * @property shareableHeaders names of headers that a request may carry, besides [ShareableHeaders], and still get an
 *   answer that another one got
 * @property offload whether requests share loads and stale answers are renewed in the background; if not, each request
 *   loads for itself
 */
internal data class GatewaySettings(
    val host: String = LOOPBACK,
    val port: Int = 0,
    val ttl: Duration = 300.milliseconds,
    val stale: Duration = 10.seconds,
    val staleIfError: Duration = 1.minutes,
    val originLimit: Duration = 10.seconds,
    val maxBody: Int = MEBIBYTE,
    val maxStore: Long = 64L * MEBIBYTE,
    val passFor: Duration = 1.minutes,
    val shareableHeaders: Set<String> = setOf(),
    val offload: Boolean = true,
) {
    companion object {
        const val LOOPBACK = "127.0.0.1"
        private const val MEBIBYTE = 1024 * 1024
    }
}
