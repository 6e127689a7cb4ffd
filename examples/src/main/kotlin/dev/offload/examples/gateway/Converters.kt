package dev.offload.examples.gateway

import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.program.TimeConverter
import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.TypeConversionException
import java.net.URI
import java.net.URISyntaxException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

internal class LatencyConverter : TimeConverter(Duration.ZERO, 10.seconds)

internal class WindowConverter : TimeConverter(Duration.ZERO, 365.days)

/** At least so long that there can be an answer. */
internal class LimitConverter : TimeConverter(1.milliseconds, 1.hours)

/** Where to listen. */
internal data class Listen(val host: String, val port: Int) {
    companion object {
        val DEFAULT = Listen(GatewaySettings.LOOPBACK, 8_080)
        val ANY_PORT = Listen(GatewaySettings.LOOPBACK, 0)
    }
}

/** Reads `port` or `host:port`. */
internal class ListenConverter : ITypeConverter<Listen> {
    override fun convert(value: String): Listen {
        val host = value.substringBeforeLast(':', GatewaySettings.LOOPBACK)
        val port = value.substringAfterLast(':').toIntOrNull()
        if (host.isEmpty() || port == null || port !in 0..MAX_PORT) {
            throw TypeConversionException("'$value' is no port from 0 to $MAX_PORT, nor a host and a port")
        }
        return Listen(host, port)
    }

    private companion object {
        const val MAX_PORT = 65_535
    }
}

/** Reads the URL of an origin; what stands in the log is put behind it, so it must end with the path. */
internal class OriginConverter : ITypeConverter<URI> {
    override fun convert(value: String): URI {
        val url =
            try {
                URI(value)
            } catch (_: URISyntaxException) {
                throw TypeConversionException("'$value' is no URL")
            }
        return when {
            url.scheme?.lowercase() !in setOf("http", "https") || url.host == null ->
                throw TypeConversionException("'$value' is no http or https URL with a host")

            url.rawUserInfo != null || url.rawQuery != null || url.rawFragment != null ->
                throw TypeConversionException("'$value' has more than a host, a port and a path")

            else -> url
        }
    }
}
