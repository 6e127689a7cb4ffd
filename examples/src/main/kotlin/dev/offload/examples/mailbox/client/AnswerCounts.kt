package dev.offload.examples.mailbox.client

import java.util.concurrent.atomic.LongAdder

/** What became of the frames of the server; each is counted once, and the [undelivered] once more. */
internal class AnswerCounts {
    /** Answers given to a request that waited. */
    val delivered = LongAdder()

    /** Those of the delivered whose caller was cancelled before it had them. */
    val undelivered = LongAdder()

    /** First answers to requests that waited no longer: they had timed out, or their callers were cancelled. */
    val late = LongAdder()

    /** Further answers to requests that were answered already. */
    val duplicate = LongAdder()

    /** Answers to what nobody asked. */
    val unknown = LongAdder()

    /** Frames that are no answer, be they meant as one. */
    val malformed = LongAdder()

    /** Answers that were read after the client was closed. */
    val afterClose = LongAdder()

    /** All frames read. */
    val frames = LongAdder()
}
