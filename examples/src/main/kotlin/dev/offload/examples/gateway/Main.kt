@file:JvmName("Main")

package dev.offload.examples.gateway

import dev.offload.examples.gateway.replay.isTerminal
import kotlinx.coroutines.runBlocking
import java.io.PrintWriter
import kotlin.system.exitProcess

/**
 * A caching HTTP gateway. Replays an access log through it, once with offload and once without, and reports what that
 * saved; or serves.
 *
 * Run it with `mvn -q -pl examples -am compile exec:java`, and with `-Dexec.args="--help"` for what can be chosen.
 */
fun main(args: Array<String>) {
    val out = PrintWriter(System.out, true)
    val err = PrintWriter(System.err, true)
    val interrupt = Interrupt()
    val code =
        try {
            runBlocking { runGateway(args, out, err, isTerminal(), interrupt::await) }
        } finally {
            interrupt.end()
        }
    // exec:java runs this inside Maven, which ends its own way if all is well.
    if (code != ExitCode.OK) exitProcess(code)
}
