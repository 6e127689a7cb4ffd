package dev.offload.examples.uploads

import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.RevokeOutcome
import dev.offload.TaskState
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import kotlinx.coroutines.CancellationException

private val upload = OffloadKind.named<String, Unit>("upload")

/** Files that are stored once, whoever sends them how often. */
class Uploads(scope: OffloadScope, private val disk: Disk) {
    private val tasks = TaskRecorder(scope, upload)

    /** Stores a file, unless it is stored or being stored; answers in a sentence what happened. */
    suspend fun store(name: String): String = when (val launch = tasks.launch(name) { disk.write(name) }) {
        is LaunchOutcome.AlreadyWorking -> "$name is being stored"

        is LaunchOutcome.AlreadySucceeded -> "$name is stored already"

        is LaunchOutcome.Launched -> try {
            launch.handle().await()
            "$name is stored"
        } catch (e: CancellationException) {
            throw e
        } catch (e: Exception) {
            "$name is not stored: ${e.message}"
        }
    }

    /** Deletes a stored file, at most once. */
    suspend fun delete(name: String): String = when (val revoke = tasks.revoke(name) { disk.delete(name) }) {
        is RevokeOutcome.Revoked -> "$name is deleted, ${revoke.value()} bytes are free"
        is RevokeOutcome.NotSucceeded -> "$name cannot be deleted, it is ${revoke.state()}"
        is RevokeOutcome.AlreadyRevoking -> "$name is being deleted"
        is RevokeOutcome.RevokeFailed -> "$name is not deleted: ${revoke.cause().message}"
    }

    fun state(name: String): TaskState = tasks.state(name)

    /** What failed, and why. */
    fun failed(): Map<String, String?> =
        tasks.tasks(TaskState.FAILED).sorted().associateWith { tasks.failure(it)?.message }
}

/** Where files go. */
interface Disk {
    suspend fun write(name: String)

    /** Answers how many bytes that freed. */
    suspend fun delete(name: String): Int
}
