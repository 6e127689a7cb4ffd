package dev.offload.coroutines.internal.dispatch

import dev.offload.coroutines.internal.body.around
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.threads.Log

/**
 * Runs steps that lead to more steps, as the cancellation of scopes does that are around each other. A step inside a step
 * runs at once, as a call would, but only so deep; from there on it waits until the one it came from is done.
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

        /** What one step throws, through a handler of somebody, must not keep the others from running. */
        private fun runSafely(step: () -> Unit) {
            try {
                step()
            } catch (e: Throwable) {
                Log.warn("a cancellation handler threw", e)
            }
        }
    }
}
