package dev.offload.examples.gateway

/** What the program tells the shell. */
internal object ExitCode {
    const val OK = 0

    /** The accounts of the manager do not balance, or disagree with what the replay counted. */
    const val UNBALANCED = 1

    /** Something is wrong with an argument, the log, the origin or the port. */
    const val USAGE = 2
}
