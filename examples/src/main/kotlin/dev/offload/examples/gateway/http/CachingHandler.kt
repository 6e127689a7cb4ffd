package dev.offload.examples.gateway.http

import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.request.httpVersion
import io.ktor.server.request.uri
import io.ktor.server.response.header

/** Answers one request, from the store or with what the origin says. */
internal class CachingHandler(
    private val store: ResponseStore,
    private val rules: CacheRules,
    private val passThrough: PassThrough,
) {
    /**
     * Answers [call], with [loads] for what has to be loaded.
     *
     * This function is cancellable: that is what happens to it when the client hangs up.
     */
    suspend fun answer(call: ApplicationCall, loads: Loads) {
        val request = call.request
        val path =
            try {
                checkedPath(request.httpVersion, request.uri, request.headers)
            } catch (e: BadRequestException) {
                return call.sendErrorAndClose(HttpStatusCode.BadRequest, e.message)
            }
        if (rules.isForEveryone(request.httpMethod, request.headers)) {
            answerFromStore(call, path, loads)
        } else {
            pass(call, path, outcome = null)
        }
    }

    private suspend fun answerFromStore(call: ApplicationCall, path: String, loads: Loads) {
        when (val entry = store[path]) {
            null -> answerFromLoad(call, path, loads.load(path), inPlaceOfError = null)
            is Entry.Answer -> answerFromEntry(call, path, entry.cached, loads)
            Entry.NotShareable -> pass(call, path, CacheOutcome.MISS)
        }
    }

    private suspend fun answerFromEntry(call: ApplicationCall, path: String, cached: CachedResponse, loads: Loads) {
        if (cached.isFresh) return send(call, cached.response, CacheOutcome.HIT)
        val load = if (cached.mayBeRenewedLater) loads.renew(path) else loads.load(path)
        if (load == null) return send(call, cached.response, CacheOutcome.STALE)
        answerFromLoad(call, path, load, cached)
    }

    private suspend fun answerFromLoad(
        call: ApplicationCall,
        path: String,
        load: Load,
        inPlaceOfError: CachedResponse?,
    ) {
        val outcome = if (load.isJoined) CacheOutcome.JOINED else CacheOutcome.MISS
        val substitute = inPlaceOfError?.takeIf { it.mayReplaceError }?.response
        val loaded =
            try {
                load.await()
            } catch (e: OriginException) {
                return if (substitute == null) refuse(call, e, outcome) else send(call, substitute, CacheOutcome.STALE)
            }
        when {
            // It was thrown away, being another's or too large: this request needs an answer of its own.
            loaded !is Loaded.Answer -> pass(call, path, CacheOutcome.MISS)

            loaded.response.isServerError && substitute != null -> send(call, substitute, CacheOutcome.STALE)

            else -> send(call, loaded.response, outcome)
        }
    }

    private suspend fun pass(call: ApplicationCall, path: String, outcome: CacheOutcome?) = try {
        passThrough.pass(call, path, outcome)
    } catch (e: OriginException) {
        // What has begun cannot be taken back.
        if (call.response.isCommitted) throw e
        refuse(call, e, outcome)
    }

    private suspend fun send(call: ApplicationCall, response: StoredResponse, outcome: CacheOutcome) {
        if (outcome != CacheOutcome.MISS || response.cameOld) {
            call.response.header(HttpHeaders.Age, response.age.inWholeSeconds.toString())
        }
        call.send(response.status, response.headers, response.body, outcome)
    }

    private suspend fun refuse(call: ApplicationCall, e: OriginException, outcome: CacheOutcome?) {
        val status =
            when (e) {
                is OriginFailedException -> HttpStatusCode.BadGateway
                is OriginTooSlowException -> HttpStatusCode.GatewayTimeout
            }
        call.sendError(status, e.message.orEmpty(), outcome)
    }
}
