package dev.offload.coroutines.internal.completion

/** How many completions are linked, also those that are done. */
internal fun Completions.linked(): Int = generateSequence(head) { it.next }.count()
