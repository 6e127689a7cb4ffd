/**
 * How tasks ended, and who watches them.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.recorder.RecorderCore} (what a launch
 * and a revoke do), {@link dev.offload.coroutines.internal.recorder.TaskTable} (the state of each
 * task), {@link dev.offload.coroutines.internal.recorder.Attempt} (a run or a revoke in progress),
 * {@link dev.offload.coroutines.internal.recorder.TaskFeed} (delivers steps, in order, to the
 * watchers), {@link dev.offload.coroutines.internal.recorder.KeptValues} (values of successes, if
 * they are kept).
 *
 * <p>Uses jobs, scopes and what is below them; none of these depends on tasks, except for their
 * keys. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.recorder;

import org.jspecify.annotations.NullMarked;
