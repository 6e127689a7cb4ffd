package dev.offload.benchmarks.spike

import kotlinx.coroutines.runInterruptible
import java.util.function.Supplier
import kotlin.coroutines.CoroutineContext

/** Candidate D1: a blocking body as candidate C on the executor's dispatcher, interrupted when it is cancelled. */
fun blockingCoroutine(context: CoroutineContext, work: Supplier<*>): MiniCell.Body =
    SubclassBody(context) { runInterruptible { work.get() } }
