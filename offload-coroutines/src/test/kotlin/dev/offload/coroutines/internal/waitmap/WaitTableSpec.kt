package dev.offload.coroutines.internal.waitmap

import dev.offload.NoMatchReason
import dev.offload.WakeOutcome
import dev.offload.coroutines.internal.threads.SidePool
import dev.offload.coroutines.internal.threads.SideThreads
import dev.offload.coroutines.internal.time.OffloadTimer
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import java.util.function.Supplier

/** W3: a wait that ends while its entry is in the hands of who wakes or fails it. */
class WaitTableSpec :
    StringSpec({
        "W3: a wake whose waiter leaves under its hands is late; who woke meanwhile was the second" {
            val table = table()
            table.park(
                LeavingWait(table) {
                    table.wake(KEY, 2) shouldBe WakeOutcome.NoMatch(2, NoMatchReason.DUPLICATE)
                },
            )
            table.wake(KEY, 1) shouldBe WakeOutcome.NoMatch(1, NoMatchReason.LATE)
            table.wake(KEY, 3) shouldBe WakeOutcome.NoMatch(3, NoMatchReason.DUPLICATE)
        }

        "W3: a wake whose waiter leaves under its hands is for who waits then" {
            val table = table()
            val next = LeavingWait(table, leaves = false) { }
            table.park(LeavingWait(table) { table.park(next) })
            table.wake(KEY, 1) shouldBe WakeOutcome.Woke()
            next.value shouldBe 1
            table.wake(KEY, 2) shouldBe WakeOutcome.NoMatch(2, NoMatchReason.DUPLICATE)
        }

        "W4: a fail whose waiter leaves under its hands failed nobody" {
            val table = table()
            table.park(LeavingWait(table) { })
            table.fail(KEY, IllegalStateException("refused")) shouldBe false
            table.park(LeavingWait(table) { })
            table.failAll(IllegalStateException("refused")) shouldBe 0
            table.wake(KEY, 1) shouldBe WakeOutcome.NoMatch(1, NoMatchReason.LATE)
        }

        "a closed map keeps no key in memory" {
            val table = table()
            table.park(LeavingWait(table) { })
            table.wake(KEY, 1)
            table.remembered() shouldBe 1
            table.close(null)
            table.remembered() shouldBe 0
        }
    })

private const val KEY = 1

private fun WaitTable<Int, Int>.remembered() = checkNotNull(past).waits.size

private fun table() = WaitTable<Int, Int>("table", { _, _ -> OffloadTimer.Task { } }, null, 2, null, SidePool("table"))

/** Leaves, and then runs [meanwhile], whenever somebody is about to give or to end. */
private class LeavingWait(
    private val table: WaitTable<Int, Int>,
    private val leaves: Boolean = true,
    private val meanwhile: () -> Unit,
) : WaitSlot<Int, Int>(KEY) {
    var value: Int? = null
    private var left = false

    override fun give(value: Int): Boolean {
        if (leave()) return false
        this.value = value
        return true
    }

    override fun end(why: Supplier<out Throwable>): Boolean = !leave()

    private fun leave(): Boolean {
        if (leaves && !left) {
            left = true
            table.leave(this)
            meanwhile()
        }
        return left
    }
}
