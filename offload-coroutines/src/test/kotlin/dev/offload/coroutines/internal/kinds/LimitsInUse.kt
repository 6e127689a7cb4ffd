package dev.offload.coroutines.internal.kinds

import dev.offload.OffloadKind
import dev.offload.coroutines.internal.limits.PermitPool

/** The limits that concern a scope, and those of kinds. */
internal fun limits(ofScope: ScopeKinds, ofManager: Kinds): List<PermitPool> = ofScope.pools + ofManager.pools.values

/** The limit of a kind. */
internal fun Kinds.limitOf(kind: OffloadKind<*, *>): PermitPool = pools.getValue(kind.name())
