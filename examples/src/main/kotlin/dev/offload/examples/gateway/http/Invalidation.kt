package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod

/** Forgets what a request has changed (RFC 9111, 4.4). */
internal class Invalidation(private val store: ResponseStore) {
    /**
     * To be told each answer to a request that was passed through, before its client gets it: a client that reads what it
     * has written must not get what was there before.
     */
    fun afterAnswer(method: HttpMethod, path: String, answer: HttpResponse) {
        if (method in SAFE || answer.status.value !in SUCCESSES) return
        store.invalidate(path)
        // Paths alone: what another server has is not for this one to change.
        listOf(HttpHeaders.Location, HttpHeaders.ContentLocation)
            .mapNotNull { answer.headers[it] }
            .filter { it.startsWith('/') && !it.startsWith("//") }
            .forEach(store::invalidate)
    }

    private companion object {
        val SUCCESSES = 200..399
        val SAFE = setOf(HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod("TRACE"))
    }
}
