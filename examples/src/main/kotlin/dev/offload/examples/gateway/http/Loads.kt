package dev.offload.examples.gateway.http

import dev.offload.ConflictPolicy
import dev.offload.OffloadException
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.Submission
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.asDeferred
import dev.offload.coroutines.manager
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/** The kind of all loads, those that clients wait for and those that renew what is stale: one at a time for each key. */
internal val ORIGIN_LOAD: OffloadKind<LoadKey, Loaded> = OffloadKind.named("origin.load")

/** How the handler of one request has things loaded. */
internal interface Loads {
    /** Has loaded what is missing. */
    fun load(request: LoadRequest): Load

    /** Has renewed what is stale; null if that goes on in the background, and nobody needs to wait for it. */
    fun renew(request: LoadRequest): Load?
}

/**
 * A load that one request waits for.
 *
 * @property isJoined whether another request had begun it
 */
internal class Load(val isJoined: Boolean, private val outcome: suspend () -> Loaded) {
    /**
     * Suspends until it has ended. This function is cancellable.
     *
     * @throws OriginException if it brought no answer
     */
    suspend fun await(): Loaded = outcome()
}

/**
 * This is what the example is about: at any moment at most one load per path and variant is under way, and all who want
 * that wait for it, unless they are served what is stale. It goes on when the client that began it hangs up, because its
 * kind says so, and it fills the store.
 */
internal class SharedLoads(
    private val scope: OffloadScope,
    private val store: ResponseStore,
    private val loader: Loader,
    private val backoff: Backoff,
    private val counts: LoadCounts,
    private val limit: Duration,
) : Loads {
    /** Who wants a new answer has no use for a load that may have been answered already, but the next one can be shared. */
    override fun load(request: LoadRequest): Load {
        val key = store.loadKey(request.path, request.headers)
        val conflict = if (request.isNew) ConflictPolicy.NEXT else ConflictPolicy.JOIN
        val lease = scope.share(ORIGIN_LOAD.key(key), conflict) { loadUnlessFresh(key, request) }
        counts.shared(lease.joined())
        // If all clients have gone when it fails, that is nothing to tell of.
        if (!lease.joined()) lease.asDeferred()
        return Load(lease.joined()) {
            try {
                lease.await()
            } catch (_: OffloadTimeoutException) {
                throw OriginTooSlowException(limit)
            } catch (e: OffloadException) {
                throw OriginFailedException("the load was given up", e)
            }
        }
    }

    /** Not while it has failed lately: what is stale is served without being renewed then. */
    override fun renew(request: LoadRequest): Load? {
        if (!backoff.mayTry(request.path)) return null
        val key = store.loadKey(request.path, request.headers)
        val submission =
            scope.manager.trySubmit(ORIGIN_LOAD.key(key), ConflictPolicy.REJECT) { renewUnlessFresh(key, request) }
        counts.renewed(submission !is Submission.Rejected)
        // Nobody waits for it, and its failure is told below: the manager need not tell it with a stack trace.
        submission.handleOrNull()?.asDeferred()
        return null
    }

    private suspend fun renewUnlessFresh(key: LoadKey, request: LoadRequest): Loaded {
        val loaded =
            try {
                loadUnlessFresh(key, request)
            } catch (e: Exception) {
                failed(request, if (e is OriginException) e.message.orEmpty() else "it took too long, or was given up")
                throw e
            }
        val status = (loaded as? Loaded.Answer)?.response?.takeIf { it.isServerError }?.status
        if (status == null) backoff.succeeded(request.path) else failed(request, "the origin answered $status")
        return loaded
    }

    private fun failed(request: LoadRequest, why: String) {
        val pause = backoff.failed(request.path)
        LOGGER.log(System.Logger.Level.WARNING) {
            "could not renew ${loggedPath(request.path)}: $why; it is not tried again within $pause"
        }
    }

    /** Who looked into the store before a load had ended, and comes here after it, needs no other one. */
    private suspend fun loadUnlessFresh(key: LoadKey, request: LoadRequest): Loaded {
        val fresh = if (request.isNew) null else loader.fresh(request)
        if (fresh == null) return loader.load(key, request)
        counts.foundFresh()
        return fresh
    }

    private companion object {
        val LOGGER: System.Logger = System.getLogger(SharedLoads::class.java.name)
    }
}

/** For comparison: each request loads for itself, and waits for it. */
internal class OwnLoads(private val store: ResponseStore, private val loader: Loader, private val limit: Duration) :
    Loads {
    override fun load(request: LoadRequest): Load = Load(isJoined = false) {
        val key = store.loadKey(request.path, request.headers)
        withTimeoutOrNull(limit) { loader.load(key, request) } ?: throw OriginTooSlowException(limit)
    }

    override fun renew(request: LoadRequest): Load = load(request)
}
