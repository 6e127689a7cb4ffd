package dev.offload.coroutines.internal

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** The context in which bodies of a scope run: without a `Job`, because the registry owns them. */
internal class BodyContext(context: CoroutineContext) {
    /** As it was given, for other coroutines of the scope. */
    val all: CoroutineContext = Dispatchers.Default + context.minusKey(Job).minusKey(JobElement)

    /** Looked up once, for bodies that add nothing. */
    private val dispatcher = (all[ContinuationInterceptor] as? CoroutineDispatcher)?.guarded()
    private val context = if (dispatcher == null) all else all + dispatcher
    private val isCopied = all.isCopied()

    /** A body; [extra] goes before what is set here. */
    fun <T> body(extra: CoroutineContext, block: suspend CoroutineScope.() -> T): SuspendBody<T> {
        if (extra === EmptyCoroutineContext && !isCopied && dispatcher != null) {
            return SuspendBody(context, JobElement(), dispatcher, block)
        }
        val joined = (context + extra).copied()
        val dispatcher = joined[ContinuationInterceptor]
        require(dispatcher is CoroutineDispatcher) {
            "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
        }
        val guarded = dispatcher.guarded()
        return SuspendBody(joined + guarded, JobElement(), guarded, block)
    }
}

/**
 * The context of one body: what its scope gives, its [JobElement], and its coroutine once that is added. Flat, since one is
 * made for each job and asked at each step of its body.
 */
internal class OneBodyContext(
    private val given: CoroutineContext,
    private val element: JobElement,
    private val coroutine: Job? = null,
) : CoroutineContext {
    @Suppress("UNCHECKED_CAST") // each key fixes the type of its element
    override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? = when {
        key === Job -> coroutine as E?
        key === JobElement -> element as E
        else -> given[key]
    }

    override fun <R> fold(initial: R, operation: (R, CoroutineContext.Element) -> R): R {
        val own = operation(given.fold(initial, operation), element)
        return if (coroutine == null) own else operation(own, coroutine)
    }

    override fun plus(context: CoroutineContext): CoroutineContext =
        if (coroutine == null && context is Job) OneBodyContext(given, element, context) else super.plus(context)

    override fun minusKey(key: CoroutineContext.Key<*>): CoroutineContext {
        val rest = if (key === JobElement) given else given.minusKey(key) + element
        return if (key === Job || coroutine == null) rest else rest + coroutine
    }

    override fun toString(): String = fold("") { text, one -> if (text.isEmpty()) "[$one" else "$text, $one" } + "]"
}

/** Refuses what would take a job out of the hands of its scope. */
internal fun CoroutineContext.requireNoJob(): CoroutineContext {
    require(this[Job] == null) {
        "context must not hold a Job: the scope owns its jobs; pass context.minusKey(Job)"
    }
    return this
}
