package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders

/**
 * The names of the request's headers by which the origin chose an answer (RFC 9111, 4.1), in lower case; null if it says
 * that nobody can tell. An encoded answer was chosen by what the client can decode, whether or not the origin says so.
 */
internal fun varyOf(response: Headers): List<String>? {
    val named = response.listed(HttpHeaders.Vary).map { it.lowercase() }
    val encoding = if (HttpHeaders.ContentEncoding in response) listOf("accept-encoding") else listOf()
    return if ("*" in named) null else (named + encoding).distinct().sorted()
}

/** What a request has of these headers. Two that have the same get the same answer. */
internal fun variantOf(vary: List<String>, request: Headers): String =
    vary.joinToString("\n") { name -> "$name: " + request.getAll(name).orEmpty().joinToString(", ") { it.trim() } }
