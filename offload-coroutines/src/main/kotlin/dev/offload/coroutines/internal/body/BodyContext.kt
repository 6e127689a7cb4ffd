package dev.offload.coroutines.internal.body

import dev.offload.coroutines.internal.body.DebugIds.withNewId
import dev.offload.coroutines.internal.body.DebugIds.withoutId
import dev.offload.coroutines.internal.dispatch.guarded
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * The context in which bodies of a scope run: without a `Job`, because the registry owns them.
 *
 * @param carry the keys of plain elements that a job takes from the context of its starter, if another scope owns it
 */
internal class BodyContext(
    private val given: CoroutineContext,
    private val carry: Set<CoroutineContext.Key<*>> = emptySet(),
) {
    /** The context as given, for other coroutines of the scope. */
    val all: CoroutineContext get() = Dispatchers.Default + given.minusKey(Job).minusKey(JobElement).minusKey(CallDepth)

    /** Looked up once, for bodies that add nothing. */
    private val dispatcher: CoroutineDispatcher?
    private val context: CoroutineContext
    private val isCopied: Boolean

    init {
        val parts = BodyParts()
        val rest = given.fold(EmptyCoroutineContext, parts)
        dispatcher = (parts.interceptor as? CoroutineDispatcher)?.guarded()
        context = rest + (dispatcher ?: parts.interceptor)
        isCopied = parts.isCopied
    }

    /** The name of the last body, which is that of most others. Racing writes are harmless: any value will do. */
    private var lastName: CoroutineName? = null

    /**
     * Creates a body; [extra] overrides what is set here. It is named [name], after its kind, unless [extra] has a
     * name.
     */
    fun <T> body(name: String, extra: CoroutineContext, block: suspend CoroutineScope.() -> T): SuspendBody<T> {
        if (extra === EmptyCoroutineContext && !isCopied && dispatcher != null) {
            return SuspendBody(OneBodyContext(context.withNewId(), JobElement(), named(name)), dispatcher, block)
        }
        val joined = (context + extra.withoutId()).copied().withNewId()
        val dispatcher = joined[ContinuationInterceptor]
        require(dispatcher is CoroutineDispatcher) {
            "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
        }
        val guarded = dispatcher.guarded()
        val own = if (joined[CoroutineName] == null) named(name) else null
        return SuspendBody(OneBodyContext(joined.with(guarded), JobElement(), own), guarded, block)
    }

    /**
     * What a job of this scope takes from the context of its [starter], which belongs to another one: elements for
     * threads, such as MDC and traces, and those named by the user.
     */
    fun takenFrom(starter: CoroutineContext): CoroutineContext =
        starter.fold(EmptyCoroutineContext as CoroutineContext) { taken, element ->
            val ofThread = element is ThreadContextElement<*> && element !is JobElement
            if (ofThread || element.key in carry) taken + element else taken
        }

    private fun named(name: String): CoroutineName {
        val last = lastName
        return if (last != null && last.name == name) last else CoroutineName(name).also { lastName = it }
    }

    private fun CoroutineContext.with(dispatcher: CoroutineDispatcher?) =
        if (dispatcher == null || this[ContinuationInterceptor] === dispatcher) this else this + dispatcher
}

/** Takes a context apart in one pass, as each scope does so. Returns what bodies take from it besides a dispatcher. */
private class BodyParts : (CoroutineContext, CoroutineContext.Element) -> CoroutineContext {
    var interceptor: CoroutineContext = Dispatchers.Default
    var isCopied = false

    override fun invoke(rest: CoroutineContext, element: CoroutineContext.Element): CoroutineContext {
        val key = element.key
        if (key === Job || key === JobElement || key === CallDepth || key === CoroutineName ||
            key === DebugIds.key
        ) {
            return rest
        }
        if (element.isCopied()) isCopied = true
        if (key !== ContinuationInterceptor) return rest + element
        interceptor = element
        return rest
    }
}

/**
 * The context of one body: what its scope gives, its [JobElement], its name if that is not given, and its coroutine,
 * which is added before this is visible to others. Flat, since one is created for each job and read at each step of its
 * body.
 */
internal class OneBodyContext(
    private val given: CoroutineContext,
    val element: JobElement,
    private val name: CoroutineName?,
) : CoroutineContext {
    private var coroutine: SuspendBody<*>? = null

    @Suppress("UNCHECKED_CAST") // each key determines the type of its element
    override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? = when {
        key === Job -> coroutine as E?
        key === JobElement -> element as E
        key === CoroutineName && name != null -> name as E
        else -> given[key]
    }

    override fun <R> fold(initial: R, operation: (R, CoroutineContext.Element) -> R): R {
        var own = operation(initial, element) // first, as the coroutine library looks for it at each step
        if (name != null) own = operation(own, name)
        val coroutine = coroutine
        if (coroutine != null) own = operation(own, coroutine)
        return given.fold(own, operation)
    }

    override fun plus(context: CoroutineContext): CoroutineContext {
        if (coroutine != null || context !is SuspendBody<*>) return super.plus(context)
        coroutine = context
        return this
    }

    override fun minusKey(key: CoroutineContext.Key<*>): CoroutineContext {
        var rest = if (key === JobElement) given else given.minusKey(key) + element
        if (name != null && key !== CoroutineName) rest += name
        val coroutine = coroutine
        return if (key === Job || coroutine == null) rest else rest + coroutine
    }

    override fun toString(): String = fold("") { text, one -> if (text.isEmpty()) "[$one" else "$text, $one" } + "]"
}

/** Rejects a context that would take a job away from its scope. */
internal fun CoroutineContext.requireNoJob(): CoroutineContext {
    require(this[Job] == null) {
        "context must not hold a Job: the scope owns its jobs; pass context.minusKey(Job)"
    }
    return this
}

/** Rejects a context with which no body of a scope could run, before the scope is opened. */
internal fun CoroutineContext.requireScopeContext() {
    require(this[Job] == null) {
        "context must not hold a Job: pass that as parent, and context.minusKey(Job) as context"
    }
    val interceptor = this[ContinuationInterceptor]
    require(interceptor == null || interceptor is CoroutineDispatcher) {
        "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
    }
}
