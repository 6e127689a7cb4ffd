package dev.offload.examples.program

import java.io.PrintWriter

/** Prints what is made of lines already, and lets it out. */
internal fun PrintWriter.printAll(text: String) {
    print(text)
    flush()
}
