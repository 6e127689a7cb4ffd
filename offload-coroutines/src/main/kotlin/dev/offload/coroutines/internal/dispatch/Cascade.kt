package dev.offload.coroutines.internal.dispatch

import dev.offload.coroutines.internal.body.around
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.threads.Log

/**
 * Runs steps that cause more steps, as the cancellation of nested scopes does. A step inside a step runs at once, as a
 * call would, but only to a limited depth; beyond that it waits until the step that caused it is done.
 */
internal object Cascade {
    private const val MOST_NESTED = 8

    private val steps = ThreadLocal.withInitial { Steps() }

    fun run(step: () -> Unit) = steps.get().run(step)

    private class Steps {
        private var depth = 0
        private val later = ArrayDeque<() -> Unit>(0)

        fun run(step: () -> Unit) {
            if (depth == MOST_NESTED) {
                later.addLast(step)
                return
            }
            depth++
            try {
                runSafely(step)
                while (depth == MOST_NESTED) runSafely(later.removeFirstOrNull() ?: break)
            } finally {
                depth--
            }
        }

        /** A foreign handler that throws in one step must not keep the others from running. */
        private fun runSafely(step: () -> Unit) {
            try {
                step()
            } catch (e: Throwable) {
                Log.warn("a cancellation handler threw", e)
            }
        }
    }
}
