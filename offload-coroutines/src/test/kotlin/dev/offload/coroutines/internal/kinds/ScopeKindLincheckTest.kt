package dev.offload.coroutines.internal.kinds

import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.job.scopeByHand
import dev.offload.coroutines.internal.kinds.ScopeKind
import org.jetbrains.lincheck.datastructures.Operation

/**
 * R4: a refusal is counted once, by the account of its scope or by the one above, which takes that over at the end; also by
 * an account that was made after it, and also in the middle of it. What is past is read as a snapshot reads it: under the
 * lock that decides whether the scope is still there.
 */
internal class ScopeKindLincheckTest : LincheckTest(AccountSpecification::class.java) {
    private val kind = scopeByHand().engine().kinds.ofLabel("account")
    private val above = ScopeKind(kind, null)
    private val account = ScopeKind(kind, null)
    private val lock = Any()
    private var isOver = false

    @Operation
    fun refuse() {
        if (account.countRejected()) check(!above.countRejected()) { "the scope above has not ended" }
    }

    @Operation
    fun end() = synchronized(lock) {
        isOver = true
        above.addAll(account)
    }

    /** For the same account, found after the end by one who refuses. */
    @Operation
    fun takeOverLate() = synchronized(lock) { if (isOver) above.addRejected(account) }

    @Operation
    fun refused(): Long = synchronized(lock) {
        above.stats().rejected() + if (isOver) 0 else account.stats().rejected()
    }
}

internal class AccountSpecification {
    private var refused = 0L

    fun refuse() {
        refused++
    }

    fun end() {}

    fun takeOverLate() {}

    fun refused(): Long = refused
}
