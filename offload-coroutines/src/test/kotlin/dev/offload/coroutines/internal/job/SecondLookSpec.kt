package dev.offload.coroutines.internal.job

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe

/** Members that a scope accepts just before it is cancelled, and that its walk does not meet. */
class SecondLookSpec :
    StringSpec({
        "R8: a job that is placed while its scope is cancelled is cancelled with it" {
            val scope = scopeByHand().open("request", false, null)
            val running = scope.submissions().submit(KIND.key(Colliding {}), null, null, ByHandBody()).taken()
            running.begin() shouldBe true

            val late = Colliding { scope.close() } // asked when the job is counted in, and not yet placed
            val placed = scope.submissions().submit(KIND.key(late), ConflictPolicy.ALLOW, null, ByHandBody()).taken()

            placed.state() shouldBe JobState.CANCELLED
            running.succeed("late")
            scope.termination().hasFired() shouldBe true
        }

        "R8: a scope that is opened while the one above is cancelled is cancelled with it" {
            var onOpening = {}
            val root = Engine("test", OffloadConfig.defaults(), null, StandingTimer()) {
                onOpening() // asked when the scope is counted in, and not yet listed
                0L
            }.root()
            val above = root.open("above", false, null)
            onOpening = {
                onOpening = {}
                above.close()
            }
            val opened = above.open("opened", false, null)

            opened.isCancelled shouldBe true
            above.termination().hasFired() shouldBe true
        }
    })

private val KIND = OffloadKind.named<Any, String>("late")

/** Has the hash of all others, so that a map asks whether it equals them. */
private class Colliding(private val asked: () -> Unit) {
    override fun hashCode() = 7

    override fun equals(other: Any?): Boolean {
        asked()
        return this === other
    }
}
