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
    private val invalidation = Invalidation(store)

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
                return call.sendErrorAndClose(e.status, e.message)
            }
        when {
            !rules.isForEveryone(request.httpMethod, request.headers) -> pass(call, path, outcome = null)
            else -> answerFromStore(call, path, loads)
        }
    }

    private suspend fun answerFromStore(call: ApplicationCall, path: String, loads: Loads) {
        val demands = Demands(call.request.headers)
        val found = store.find(path, call.request.headers)
        val cached = (found as? Found.Answer)?.cached
        val isRefused = demands.refuse(cached)
        if (cached != null && cached.isFresh && !isRefused) return send(call, cached.response, CacheOutcome.HIT)
        val request = LoadRequest(path, call.request.headers, isRefused)
        when {
            demands.onlyIfCached -> call.sendError(HttpStatusCode.GatewayTimeout, "this is not cached")

            found == Found.NotShareable -> pass(call, path, CacheOutcome.MISS)

            cached == null || isRefused || !cached.mayBeRenewedLater ->
                answerFromLoad(call, request, loads, loads.load(request), cached)

            else -> answerStale(call, request, loads, cached)
        }
    }

    private suspend fun answerStale(call: ApplicationCall, request: LoadRequest, loads: Loads, cached: CachedResponse) {
        val load = loads.renew(request) ?: return send(call, cached.response, CacheOutcome.STALE)
        answerFromLoad(call, request, loads, load, cached)
    }

    private suspend fun answerFromLoad(
        call: ApplicationCall,
        request: LoadRequest,
        loads: Loads,
        load: Load,
        inPlaceOfError: CachedResponse?,
        again: Boolean = true,
    ) {
        val outcome = if (load.isJoined) CacheOutcome.JOINED else CacheOutcome.MISS
        val substitute = inPlaceOfError?.takeIf { it.mayReplaceError && !request.isNew }?.response
        val loaded =
            try {
                load.await()
            } catch (e: OriginException) {
                return if (substitute == null) refuse(call, e, outcome) else send(call, substitute, CacheOutcome.STALE)
            }
        when (loaded) {
            is Loaded.Answer -> when {
                !loaded.variant.fits(request.headers) -> when {
                    // Now it is known what the path varies with, and who wants this variant can share a load.
                    again -> answerFromLoad(call, request, loads, loads.load(request), inPlaceOfError, again = false)

                    else -> pass(call, request.path, CacheOutcome.MISS)
                }

                loaded.response.isServerError && substitute != null -> send(call, substitute, CacheOutcome.STALE)

                else -> send(call, loaded.response, outcome)
            }

            // It was made for the request that began the load.
            is Loaded.Own -> when {
                loaded.response.isServerError && substitute != null -> send(call, substitute, CacheOutcome.STALE)
                load.isJoined -> pass(call, request.path, CacheOutcome.MISS)
                else -> send(call, loaded.response, outcome)
            }

            Loaded.TooLarge -> pass(call, request.path, CacheOutcome.MISS)
        }
    }

    private suspend fun pass(call: ApplicationCall, path: String, outcome: CacheOutcome?) = try {
        passThrough.pass(call, path, outcome) { invalidation.afterAnswer(call.request.httpMethod, path, it) }
    } catch (e: OriginException) {
        // What has begun cannot be taken back.
        if (call.response.isCommitted) throw e
        refuse(call, e, outcome)
    } catch (e: BrokenRequestException) {
        if (call.response.isCommitted) throw e
        call.sendErrorAndClose(HttpStatusCode.BadRequest, e.message.orEmpty())
    }

    private suspend fun send(call: ApplicationCall, response: StoredResponse, outcome: CacheOutcome) {
        if (outcome != CacheOutcome.MISS || response.cameOld) {
            call.response.header(HttpHeaders.Age, response.age.inWholeSeconds.toString())
        }
        if (response.isKnownTo(call.request.headers)) {
            call.sendNotModified(response, outcome)
        } else {
            call.send(response.status, response.headers, response.body, outcome)
        }
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
