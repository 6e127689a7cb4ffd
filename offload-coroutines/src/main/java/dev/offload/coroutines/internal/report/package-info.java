/**
 * What the library reports: to the listener of a manager, or to the log.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.report.SafeListener} (every report, and
 * what happens if the listener throws), {@link dev.offload.coroutines.internal.report.ReportRate}
 * (how many reports of one kind reach the log).
 *
 * <p>Uses the threads. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.report;

import org.jspecify.annotations.NullMarked;
