package dev.offload.examples.mailbox.client

/**
 * Remembers which requests have been answered, to tell a duplicate from an answer that is late. Ids are drawn in order,
 * so a ring of the youngest will do: of an id [SIZE] behind the others, it may have forgotten the answer.
 *
 * For one thread.
 */
internal class AnsweredIds {
    private val ring = LongArray(SIZE)

    /** Adds [id], which is positive; false if it was there already. */
    fun add(id: Long): Boolean {
        val slot = (id % SIZE).toInt()
        val isNew = ring[slot] != id
        ring[slot] = id
        return isNew
    }

    companion object {
        const val SIZE = 1 shl 17
    }
}
