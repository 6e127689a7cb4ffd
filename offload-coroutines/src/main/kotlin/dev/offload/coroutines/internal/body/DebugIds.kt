package dev.offload.coroutines.internal.body

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.newCoroutineContext
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * The numbers that the coroutine library gives to coroutines in its debug mode, and shows in thread names. A body gets
 * its own, like any coroutine, rather than that of its starter.
 */
@OptIn(ExperimentalCoroutinesApi::class)
internal object DebugIds {
    private val nowhere = object : CoroutineScope {
        override val coroutineContext: CoroutineContext get() = EmptyCoroutineContext
    }

    /** The key of a context's number; null if there are none, as in production. */
    val key: CoroutineContext.Key<*>? = contextOfOne()
        .fold(null as CoroutineContext.Key<*>?) { found, element ->
            if (element.javaClass.name == "kotlinx.coroutines.CoroutineId") element.key else found
        }

    /** This context without the number of the coroutine it comes from. */
    fun CoroutineContext.withoutId(): CoroutineContext = if (key == null) this else minusKey(key)

    /** This context, with a new number. */
    fun CoroutineContext.withNewId(): CoroutineContext {
        val id = key?.let { contextOfOne()[it] }
        return if (id == null) this else this + id
    }

    private fun contextOfOne() = nowhere.newCoroutineContext(EmptyCoroutineContext)
}
