package dev.offload.examples.gateway.http

import dev.offload.ConflictPolicy
import dev.offload.OffloadException
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.Submission
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.manager
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/** The kind of all loads, those that clients wait for and those that renew what is stale: one per path at a time. */
internal val ORIGIN_LOAD: OffloadKind<String, Loaded> = OffloadKind.named("origin.load")

/** How the handler of one request has things loaded. */
internal interface Loads {
    /** Has loaded what is missing at [path]. */
    fun load(path: String): Load

    /** Has renewed what is stale at [path]; null if that goes on in the background, and nobody needs to wait for it. */
    fun renew(path: String): Load?
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
 * This is what the example is about: at any moment at most one load per path is under way, and all who want that path
 * wait for it, unless they are served what is stale. It goes on when the client that began it hangs up, because its
 * kind says so, and it fills the store.
 */
internal class SharedLoads(
    private val scope: OffloadScope,
    private val loader: Loader,
    private val counts: LoadCounts,
    private val limit: Duration,
) : Loads {
    override fun load(path: String): Load {
        val lease = scope.share(ORIGIN_LOAD.key(path)) { loadUnlessFresh(path) }
        counts.shared(lease.joined())
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

    override fun renew(path: String): Load? {
        val submission =
            scope.manager.trySubmit(ORIGIN_LOAD.key(path), ConflictPolicy.REJECT) { loadUnlessFresh(path) }
        counts.renewed(submission !is Submission.Rejected)
        return null
    }

    /** Who looked into the store before a load had ended, and comes here after it, needs no other one. */
    private suspend fun loadUnlessFresh(path: String): Loaded {
        val fresh = loader.fresh(path) ?: return loader.load(path)
        counts.foundFresh()
        return fresh
    }
}

/** For comparison: each request loads for itself, and waits for it. */
internal class OwnLoads(private val loader: Loader, private val limit: Duration) : Loads {
    override fun load(path: String): Load = Load(isJoined = false) {
        withTimeoutOrNull(limit) { loader.load(path) } ?: throw OriginTooSlowException(limit)
    }

    override fun renew(path: String): Load = load(path)
}
