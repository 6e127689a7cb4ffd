package dev.offload.examples.gateway.replay

/**
 * Steps through the fields of a log line; each function tells whether its field was there, and stands behind it then.
 *
 * Written by hand, because the regular expressions of the JDK recurse for each escape in a quoted string, and a line
 * made for that purpose would overflow the stack.
 */
internal class LineScanner(line: String) {
    private val text = line.trimEnd()
    private var at = 0

    fun space(): Boolean = skip(' ')

    /** One or more characters other than a space. */
    fun word(): Boolean = moveTo(text.indexOf(' ', at).orEnd())

    /** As [word], but servers log the user's name as it was given, so it may hold spaces; the time follows it. */
    fun user(): Boolean = moveTo(text.indexOf(" [", at))

    /** A time in brackets, in one of the forms that servers write. */
    fun time(): Boolean {
        val end = text.indexOf(']', at) + 1
        if (end - at !in 1..LONGEST_TIME || text[at] != '[') return false
        val time = text.substring(at + 1, end - 1)
        return TIMES.any { it.matches(time) } && moveTo(end)
    }

    fun status(): Boolean = moveTo(at + STATUS_DIGITS) && text.substring(at - STATUS_DIGITS, at).all { it in '0'..'9' }

    /** A number, or `-` for none. */
    fun bytes(): Boolean {
        if (skip('-')) return true
        var end = at
        while (end < text.length && text[end] in '0'..'9') end++
        return moveTo(end)
    }

    /** The end of the line, or the fields of the Combined Log Format and whatever follows them. */
    fun rest(): Boolean {
        if (at == text.length) return true
        val isCombined = space() && quoted() != null && space() && quoted() != null
        return isCombined && (at == text.length || space())
    }

    /** What stands between two quotes, with escapes resolved, or null. */
    fun quoted(): String? {
        if (!skip('"')) return null
        val content = StringBuilder()
        while (at < text.length) {
            when (val next = text[at++]) {
                '"' -> return content.toString()
                '\\' -> content.append(escaped() ?: return null)
                else -> content.append(next)
            }
        }
        return null
    }

    /** The character an escape stands for; servers write `\xhh` for bytes they do not want in a log. */
    private fun escaped(): Char? {
        if (at == text.length) return null
        return when (val next = text[at++]) {
            'n' -> '\n'
            'r' -> '\r'
            't' -> '\t'
            'x' -> hexByte() ?: 'x'
            else -> next
        }
    }

    private fun hexByte(): Char? {
        val end = at + HEX_DIGITS
        if (end > text.length || !isHex(text[at]) || !isHex(text[at + 1])) return null
        return text.substring(at, end).toInt(HEX_RADIX).toChar().also { at = end }
    }

    private fun skip(wanted: Char): Boolean = (at < text.length && text[at] == wanted).also { if (it) at++ }

    private fun moveTo(end: Int): Boolean = (end in (at + 1)..text.length).also { if (it) at = end }

    private fun Int.orEnd(): Int = if (this < 0) text.length else this

    private companion object {
        const val STATUS_DIGITS = 3
        const val HEX_DIGITS = 2
        const val HEX_RADIX = 16
        const val LONGEST_TIME = 60
        private const val CLOCK = """\d{2}:\d{2}:\d{2}([.,]\d{1,9})?"""
        private const val ZONE = """( ?([+-]\d{2}:?\d{2}|Z))?"""

        /** `10/Oct/2000:13:55:36 -0700`, `2000-10-10T13:55:36-07:00`, and seconds since 1970. */
        val TIMES =
            listOf(
                Regex("""\d{2}/[A-Z][a-z]{2}/\d{4}:$CLOCK$ZONE"""),
                Regex("""\d{4}-\d{2}-\d{2}[T ]$CLOCK$ZONE"""),
                Regex("""\d{9,12}(\.\d{1,9})?"""),
            )
    }
}

internal fun isHex(c: Char): Boolean = c in '0'..'9' || c in 'a'..'f' || c in 'A'..'F'
