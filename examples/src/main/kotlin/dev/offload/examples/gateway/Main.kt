@file:JvmName("Main")

package dev.offload.examples.gateway

import dev.offload.examples.program.runProcess

/**
 * What sharing loads is good for: the same requests, five ways to have pages that expire. Or a caching HTTP gateway, which
 * replays an access log, once with offload and once without, or serves.
 *
 * Run it with `examples/run`, and with `--help` for what can be chosen.
 */
fun main(args: Array<String>) = runProcess {
    runGateway(args, it.out, it.err, it.terminal, it.awaitStop)
}
