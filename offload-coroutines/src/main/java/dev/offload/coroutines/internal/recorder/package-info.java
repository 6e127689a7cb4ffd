/**
 * How tasks ended, and who is told of it.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.recorder.RecorderCore} (what a launch
 * and a revoke do), {@link dev.offload.coroutines.internal.recorder.TaskTable} (the state of each
 * task), {@link dev.offload.coroutines.internal.recorder.Attempt} (a run or a revoke under way),
 * {@link dev.offload.coroutines.internal.recorder.TaskFeed} (steps, in their order, to those who
 * watch), {@link dev.offload.coroutines.internal.recorder.KeptValues} (values of successes, where
 * they are kept).
 *
 * <p>Uses jobs, scopes and what is under them; none of these knows of tasks, but for their keys.
 * Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.recorder;

import org.jspecify.annotations.NullMarked;
