package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.KeyStuckException
import dev.offload.OffloadCancelledException
import dev.offload.OffloadCycleException
import dev.offload.OffloadHandle
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.OffloadTimeoutException
import dev.offload.RejectReason
import dev.offload.TimeLimit
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

// Properties for the accessors of Java classes that have no `get` prefix. Those of records are properties in Kotlin
// already.

/** Why the job, or this caller's lease on it, was cancelled. */
@get:JvmSynthetic
public val OffloadCancelledException.reason: CancelReason get() = reason()

/** Why the submission was refused. */
@get:JvmSynthetic
public val OffloadRejectedException.reason: RejectReason get() = reason()

/**
 * Whose concurrency limit was reached, as text: `kind user.load` or `scope 'nightly'`; `null` unless a full queue was
 * the reason.
 */
@get:JvmSynthetic
public val OffloadRejectedException.limit: String? get() = limit()

/** Which time limit was exceeded. */
@get:JvmSynthetic
public val OffloadTimeoutException.exceeded: TimeLimit get() = exceeded()

/** How long that limit was. */
@get:JvmSynthetic
public val OffloadTimeoutException.limit: Duration get() = limit().toKotlinDuration()

/** How long the submission waited. */
@get:JvmSynthetic
public val KeyStuckException.waited: Duration get() = waited().toKotlinDuration()

/** The kinds of the jobs in the cycle, each waiting for the next; the first and the last are the same. */
@get:JvmSynthetic
public val OffloadCycleException.kinds: List<String> get() = kinds()

/** The current state of the job; see [OffloadHandle.jobState]. */
@get:JvmSynthetic
public val OffloadHandle.jobState: JobState get() = jobState()

/** Whether this handle joined a job that another caller had started. */
@get:JvmSynthetic
public val OffloadHandle.joined: Boolean get() = joined()

/** The number of the job; see [OffloadHandle.jobNumber]. */
@get:JvmSynthetic
public val OffloadHandle.jobNumber: Long get() = jobNumber()

/** The key the job was submitted under. */
@get:JvmSynthetic
public val <T> OffloadDeferred<T>.key: OffloadKey<out T> get() = key()

/** The kind of the work. */
@get:JvmSynthetic
public val <T> OffloadKey<T>.kind: OffloadKind<*, T> get() = kind()

/** The name, as shown in logs and metrics. */
@get:JvmSynthetic
public val OffloadKind<*, *>.name: String get() = name()
