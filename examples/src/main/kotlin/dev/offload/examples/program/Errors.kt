package dev.offload.examples.program

import java.net.ConnectException
import java.nio.channels.UnresolvedAddressException
import java.nio.file.AccessDeniedException
import java.nio.file.NoSuchFileException

/** Something the user can mend; the message says what, in one line. */
internal class UserException(message: String) : Exception(message)

/** What went wrong, in a few words; the JDK's own messages are often missing, or only the name of the file. */
internal fun Exception.describe(): String = when {
    this is NoSuchFileException -> "there is no such file"
    this is AccessDeniedException -> "permission denied"
    causes().any { it is UnresolvedAddressException } -> "the host name is unknown"
    this is ConnectException -> "no connection"
    else -> message?.lineSequence()?.firstOrNull() ?: javaClass.simpleName
}

private fun Throwable.causes(): Sequence<Throwable> = generateSequence(this) { it.cause }
