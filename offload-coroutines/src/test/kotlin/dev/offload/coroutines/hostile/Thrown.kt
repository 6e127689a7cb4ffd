package dev.offload.coroutines.hostile

import java.util.concurrent.RejectedExecutionException

/** What foreign code throws. */
enum class Thrown {
    REJECTED {
        override fun raise(): Nothing = throw RejectedExecutionException("full")
    },
    EXCEPTION {
        override fun raise(): Nothing = throw IllegalStateException("on purpose")
    },
    CANCELLATION {
        override fun raise(): Nothing = throw java.util.concurrent.CancellationException("on purpose")
    },
    ERROR {
        override fun raise(): Nothing = throw LinkageError("on purpose")
    },
    STACK_OVERFLOW {
        override fun raise(): Nothing = error("never here: ${deeper(0)}")

        private fun deeper(depth: Int): Int = deeper(depth + 1) + 1
    }, ;

    abstract fun raise(): Nothing
}
