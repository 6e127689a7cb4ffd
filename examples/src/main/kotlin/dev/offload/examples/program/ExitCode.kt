package dev.offload.examples.program

/** What a program tells the shell. */
internal object ExitCode {
    const val OK = 0

    /** The accounts in the report do not balance. */
    const val UNBALANCED = 1

    /** Something is wrong with an argument, or with what it names. */
    const val USAGE = 2
}
