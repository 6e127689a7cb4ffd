package dev.offload.examples.gateway.replay

/** What a line of an access log says, as far as a replay is concerned. */
internal sealed interface LogLine {
    /** A request that loads [path], which is fit to be put behind the URL of an origin. */
    data class Load(val path: String) : LogLine

    /** A well-formed line whose path is longer than servers take. */
    data object TooLong : LogLine

    /** A well-formed line whose request loads no path: another method, or none at all, as `"-"` after a timeout. */
    data object NoLoad : LogLine

    /** Not a line of the format. */
    data object Malformed : LogLine

    companion object {
        /** Many servers take a request line of 8 KiB, and so does the gateway. */
        const val LONGEST_PATH = 8_000

        /**
         * Reads a line in Common Log Format, `host ident user [time] "request" status bytes`, or in Combined Log
         * Format, which adds `"referer" "user agent"`. Fields a server adds behind those are passed over.
         */
        fun parse(line: String): LogLine {
            val fields = LineScanner(line)
            val isCommon =
                fields.word() && fields.space() &&
                    fields.word() && fields.space() &&
                    fields.user() && fields.space() &&
                    fields.time() && fields.space()
            val request = (if (isCommon) fields.quoted() else null) ?: return Malformed
            val isComplete = fields.space() && fields.status() && fields.space() && fields.bytes() && fields.rest()
            if (!isComplete) return Malformed
            val path = loadedPath(request)
            return if (path == null) {
                NoLoad
            } else if (path.length > LONGEST_PATH) {
                TooLong
            } else {
                Load(path)
            }
        }
    }
}
