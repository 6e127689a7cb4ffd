package dev.offload.examples.gateway.http

import java.time.DateTimeException
import java.time.Instant
import java.time.LocalDateTime
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.time.format.DateTimeFormatterBuilder
import java.time.temporal.ChronoField
import java.util.Locale

/** The three forms of a date in HTTP (RFC 9110, 5.6.7), the one that is written today first. */
private val FORMS =
    listOf(
        formatter("EEE, dd MMM yyyy HH:mm:ss 'GMT'"),
        DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDateTime.now(ZoneOffset.UTC).year - 50)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH),
        formatter("EEE MMM ppd HH:mm:ss yyyy"),
    )

private fun formatter(pattern: String) = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)

/** The time that a header tells; null if it is none, be it by one letter: nothing is to be guessed from it. */
internal fun httpDate(text: String): Instant? = FORMS.firstNotNullOfOrNull {
    try {
        LocalDateTime.parse(text, it).toInstant(ZoneOffset.UTC)
    } catch (_: DateTimeException) {
        null
    }
}
