package dev.offload.benchmarks.spike

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentHashMap

/** The peer, the candidates and the library behind functions of one shape. */
class Candidates {
    private val kind = OffloadKind.named<Any?>("spike")
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val registry = ConcurrentHashMap<Any, MiniCell>()

    /** The library. */
    val manager: OffloadManager = OffloadManager()

    /** The peer: no key, no registry. */
    fun async(block: Block) = scope.async(block = block)

    /** Candidate A. */
    fun publicApi(id: Any, block: Block) = submit(id, PublicBody(scope, block))

    /** Candidate B. */
    fun child(id: Any, block: Block) = submit(id, SubclassBody(scope.coroutineContext, block))

    /** Candidate C. */
    fun orphan(id: Any, block: Block) = submit(id, SubclassBody(Dispatchers.Default, block))

    /** Candidate C2. */
    fun dispatching(id: Any, block: Block) = submit(id, DispatchingBody(Dispatchers.Default, block))

    /** The library as it is. */
    fun library(id: Any, block: Block) = manager.submit(kind.key(id), block = block)

    private fun submit(id: Any, body: MiniCell.Body) = MiniLease(MiniCell.submit(registry, kind.key(id), body))
}

/** Submits and awaits jobs with an empty body one after the other, from a coroutine on the dispatcher of the bodies. */
class UniqueKeyRuns {
    private val candidates = Candidates()
    private val empty: Block = {}

    /** The peer. */
    fun async(jobs: Int) = eachOf(jobs) { candidates.async(empty).await() }

    /** Candidate A. */
    fun publicApi(jobs: Int) = eachOf(jobs) { candidates.publicApi(it, empty).await() }

    /** Candidate B. */
    fun child(jobs: Int) = eachOf(jobs) { candidates.child(it, empty).await() }

    /** Candidate C. */
    fun orphan(jobs: Int) = eachOf(jobs) { candidates.orphan(it, empty).await() }

    /** Candidate C2. */
    fun dispatching(jobs: Int) = eachOf(jobs) { candidates.dispatching(it, empty).await() }

    /** The library. */
    fun library(jobs: Int) = eachOf(jobs) { candidates.library(it, empty).await() }

    private inline fun eachOf(jobs: Int, crossinline run: suspend (Int) -> Unit) =
        runBlocking(Dispatchers.Default) { for (id in 0 until jobs) run(id) }
}
