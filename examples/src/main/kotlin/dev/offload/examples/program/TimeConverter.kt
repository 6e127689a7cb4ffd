package dev.offload.examples.program

import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.TypeConversionException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toJavaDuration
import java.time.Duration as JavaDuration

/** Reads a time; a Java duration, because picocli cannot see Kotlin's value class. */
internal abstract class TimeConverter(private val from: Duration, private val to: Duration) :
    ITypeConverter<JavaDuration> {
    override fun convert(value: String): JavaDuration {
        val time = value.toIntOrNull()?.milliseconds ?: Duration.parseOrNull(value)
        if (time == null || time < from || time > to) {
            throw TypeConversionException("'$value' is no time from $from to $to")
        }
        return time.toJavaDuration()
    }
}
