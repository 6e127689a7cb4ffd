@file:JvmName("Main")

package dev.offload.examples.mailbox

import dev.offload.examples.program.runProcess

/**
 * A JSON-RPC client that makes many requests at once over one connection, and a server that makes it hard.
 *
 * Run it with `examples/run mailbox`, and with `--help` for what can be chosen.
 */
fun main(args: Array<String>) = runProcess { runMailbox(args, it) }
