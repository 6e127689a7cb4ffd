package dev.offload.examples.program

import java.util.Locale
import kotlin.time.Duration
import kotlin.time.DurationUnit

/** Digits in groups of three, the same in every country, so that reports can be compared. */
internal fun Number.grouped(): String = "%,d".format(Locale.ROOT, toLong())

internal fun Duration.inSeconds(): String = "%.1f s".format(Locale.ROOT, toDouble(DurationUnit.SECONDS))

internal fun Duration.inMillis(): String = "%,.1f ms".format(Locale.ROOT, toDouble(DurationUnit.MILLISECONDS))

/** [part] of [whole] in percent; zero of nothing. */
internal fun percent(part: Long, whole: Long): String =
    "%.1f %%".format(Locale.ROOT, if (whole == 0L) 0.0 else part * 100.0 / whole)
