package dev.offload.examples.replay

import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.TypeConversionException
import java.net.URI
import java.net.URISyntaxException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration
import java.time.Duration as JavaDuration

/** Reads a time; a Java duration, because picocli cannot see Kotlin's value class. */
internal class LatencyConverter : ITypeConverter<JavaDuration> {
    override fun convert(value: String): JavaDuration {
        val time = value.toIntOrNull()?.milliseconds ?: Duration.parseOrNull(value)
        if (time == null || time.isNegative() || time > MAX_LATENCY) {
            throw TypeConversionException("'$value' is no time from 0ms to 10s")
        }
        return time.toJavaDuration()
    }

    private companion object {
        val MAX_LATENCY = 10.seconds
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
