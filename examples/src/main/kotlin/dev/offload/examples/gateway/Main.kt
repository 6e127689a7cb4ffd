@file:JvmName("Main")

package dev.offload.examples.gateway

import dev.offload.examples.program.runProcess

/**
 * A caching HTTP gateway. Replays an access log through it, once with offload and once without, and reports what that
 * saved; or serves.
 *
 * Run it with `mvn -q -pl examples -am compile exec:java`, and with `-Dexec.args="--help"` for what can be chosen.
 */
fun main(args: Array<String>) = runProcess {
    runGateway(args, it.out, it.err, it.terminal, it.awaitStop)
}
