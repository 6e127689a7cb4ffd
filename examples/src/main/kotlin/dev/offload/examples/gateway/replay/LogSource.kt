package dev.offload.examples.gateway.replay

import java.io.FileInputStream
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import java.nio.file.Path

/** Where a log comes from; its text names it in the report and in messages. */
internal sealed interface LogSource {
    /**
     * Opens it.
     *
     * @throws IOException if that is not possible
     */
    fun open(): InputStream

    /** The log that comes with the program, made by [LogGenerator]. */
    data object Bundled : LogSource {
        const val RESOURCE = "generated-zipf.log.gz"

        override fun open(): InputStream =
            javaClass.getResourceAsStream(RESOURCE) ?: throw FileNotFoundException("the resource is missing")

        override fun toString(): String = "the bundled log, generated: ${LogGenerator.DESCRIPTION}"
    }

    /** A file of the user, or a pipe. */
    data class File(val path: Path) : LogSource {
        override fun open(): InputStream {
            // A directory would open well and fail at the first read, with a message that depends on the system.
            if (Files.isDirectory(path)) throw IOException("it is a directory")
            // A pipe has no place in a file, which Files.newInputStream asks for on some JDKs.
            val isPipe = Files.exists(path) && !Files.isRegularFile(path)
            return if (isPipe) FileInputStream(path.toFile()) else Files.newInputStream(path)
        }

        override fun toString(): String = path.toString()
    }
}
