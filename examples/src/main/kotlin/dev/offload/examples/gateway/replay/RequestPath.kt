package dev.offload.examples.gateway.replay

/**
 * The path, with its query, that a request line such as `GET /a?b HTTP/1.1` loads; null if it loads none.
 *
 * Only GET and HEAD load something others may share. The host of an absolute URL is dropped: a replay goes to its
 * origin and to nowhere else.
 */
internal fun loadedPath(requestLine: String): String? {
    val method = requestLine.substringBefore(' ', missingDelimiterValue = "")
    if (method != "GET" && method != "HEAD") return null
    val target = requestLine.substring(method.length + 1).substringBeforeProtocol().trim(' ')
    val path = if (target.startsWith('/')) target else pathOfUrl(target) ?: return null
    return percentEncoded(path)
}

/** Without the ` HTTP/1.1` at the end, which requests of HTTP 0.9 do not have. The target itself may hold spaces. */
private fun String.substringBeforeProtocol(): String {
    val protocolAt = lastIndexOf(' ') + 1
    return if (startsWith("HTTP/", protocolAt)) substring(0, protocolAt) else this
}

private fun pathOfUrl(target: String): String? {
    val scheme = listOf("http://", "https://").firstOrNull { target.startsWith(it, ignoreCase = true) } ?: return null
    val authority = target.substring(scheme.length).takeWhile { it != '/' && it != '?' }
    val path = target.substring(scheme.length + authority.length)
    return if (path.startsWith('/')) path else "/$path"
}

/** Encodes what may not stand in a URL as it is; each character is one byte of the log, see [LineReader]. */
private fun percentEncoded(path: String): String {
    if (path.indices.all { path.isAllowedAt(it) }) return path
    val encoded = StringBuilder(path.length + path.length / 2)
    for (at in path.indices) {
        if (path.isAllowedAt(at)) encoded.append(path[at]) else encoded.append("%%%02X".format(path[at].code))
    }
    return encoded.toString()
}

private fun String.isAllowedAt(at: Int): Boolean = when (val c = this[at]) {
    in 'a'..'z', in 'A'..'Z', in '0'..'9' -> true
    '%' -> at + 2 < length && isHex(this[at + 1]) && isHex(this[at + 2])
    else -> c in "-._~!$&'()*+,;=:@/?"
}
