package dev.offload.coroutines.stress

import dev.offload.coroutines.stress.programs.Generator
import dev.offload.coroutines.stress.programs.Oracle
import dev.offload.coroutines.stress.programs.Program
import dev.offload.coroutines.stress.programs.inVirtualTime
import dev.offload.coroutines.stress.programs.kind
import dev.offload.coroutines.stress.programs.onRealThreads
import dev.offload.coroutines.stress.programs.smallest
import dev.offload.coroutines.stress.programs.text
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import java.util.logging.Level
import java.util.logging.Logger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes

/**
 * E5, T3: random programs of jobs that start, await and cancel each other under limits. Nothing hangs, nobody is told of a
 * circle that is none, limits hold, and permits come back.
 *
 * A failure names its seed and shows a program that is as small as could be found. More rounds, or others:
 * CONTRIBUTING.md says how.
 */
class WaitProgramsSpec :
    FunSpec({
        val log = Logger.getLogger("dev.offload") // held, or the level would be lost with it
        beforeSpec { log.level = Level.OFF } // failures that nobody awaits are part of the programs
        afterSpec { log.level = null }

        val rounds = Integer.getInteger("programs.rounds", 50_000)
        val firstSeed = java.lang.Long.getLong("programs.seed", Runtime.version().feature() * 1_000_000L)

        val limit = 2.minutes + (rounds * 20).milliseconds

        test("E5, T3: random programs all end, in virtual time").config(timeout = limit, invocationTimeout = limit) {
            var cycles = 0
            var lent = 0
            for (seed in firstSeed until firstSeed + rounds) {
                val program = Generator(seed).program()
                val oracle = Oracle(exact = true)
                val wrong = inVirtualTime(program, oracle)
                cycles += oracle.cycles
                lent += oracle.lent
                if (wrong.isNotEmpty()) fail(seed, wrong, smallest(program, wrong.kind()))
            }
            if (rounds >= 1_000) {
                cycles shouldBeGreaterThan rounds / 100
                lent shouldBeGreaterThan rounds / 100
            }
        }

        test("E5, T3: random programs all end, on real threads").config(timeout = limit, invocationTimeout = limit) {
            for (seed in firstSeed until firstSeed + rounds / 50) {
                val program = Generator(seed).program()
                val wrong = onRealThreads(program)
                if (wrong.isNotEmpty()) fail(seed, wrong, program)
            }
        }
    })

private fun fail(seed: Long, wrong: List<String>, program: Program): Nothing =
    throw AssertionError("seed $seed: ${wrong.joinToString("\n")}\nas in:\n${program.text()}")
