@file:JvmName("Main")

package dev.offload.examples.replay

import kotlinx.coroutines.runBlocking
import java.io.PrintWriter
import kotlin.system.exitProcess

/**
 * Replays an access log against an origin, once with offload and once without, and reports what that saved.
 *
 * Run it with `mvn -q -pl examples -am compile exec:java`, and with `-Dexec.args="--help"` for what can be chosen.
 */
fun main(args: Array<String>) {
    val out = PrintWriter(System.out, true)
    val err = PrintWriter(System.err, true)
    val code = runBlocking { runReplay(args, out, err, isTerminal()) }
    // exec:java runs this inside Maven, which ends its own way if all is well.
    if (code != ExitCode.OK) exitProcess(code)
}
