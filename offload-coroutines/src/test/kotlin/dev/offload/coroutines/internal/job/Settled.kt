package dev.offload.coroutines.internal.job

/** What must hold once an end was seen. Looks alone, so the model checker need not switch threads in it. */
internal object Settled {
    /** Whether the end of a job is settled, as far as others can rely on it. */
    fun isEnded(job: JobCell<*>, registry: Registry) = job.countedOut > 0 && registry.all().none { it === job }

    fun checkEnded(job: JobCell<*>, registry: Registry) =
        check(isEnded(job, registry)) { "R2: its end was seen before it was settled" }

    /** R1: a newcomer does not wait for a job whose end was told before. */
    fun checkNotMet(newcomer: JobCell<*>, gone: List<JobCell<*>>) {
        val met = generateSequence<JobCell<*>>(newcomer) { it.older }.any { it in gone }
        check(!met) { "R2: who has seen the end met the job again" }
    }

    /** R4, for a scope in which nothing is going on, and of which the [answers] to all submissions are known. */
    fun balanced(scope: ScopeCore, answers: List<String>, active: Long) {
        val stats = scope.views().snapshot().total()
        val accepted = answers.count { it == "STARTED" || it == "REPLACED" }
        check(stats.accepted() == accepted.toLong()) { "R4: $stats for $answers" }
        check(stats.joined() == answers.count { it == "JOINED" }.toLong()) { "R4: $stats for $answers" }
        check(stats.rejected() == answers.count { it == "KEY_IN_FLIGHT" || it == "SCOPE_CLOSED" }.toLong()) {
            "R4: $stats for $answers"
        }
        check(stats.active() == active && scope.views().activeCount() == active) { "R4: $active active, but $stats" }
    }

    /** The only scope below has ended with its two jobs: what is past is here. */
    fun checkOver(root: ScopeCore) {
        val snapshot = root.views().snapshot()
        check(snapshot.children().isEmpty()) { "R8: an ended scope is still there" }
        check(snapshot.total().accepted() == 2L && snapshot.total().active() == 0L) { "R4: ${snapshot.total()}" }
    }
}
