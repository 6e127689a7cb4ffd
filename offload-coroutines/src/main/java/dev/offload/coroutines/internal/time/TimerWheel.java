package dev.offload.coroutines.internal.time;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of their ticks, for one thread: a hierarchical timing wheel (G. Varghese and
 * T. Lauck, 1987; the levels and their bits as in Tokio's timer). Adding and removing take as many
 * steps for a million entries as for one.
 *
 * <p>A level has 64 slots; a slot of level n spans 64^n ticks. An entry is on the level of the
 * highest bit in which its tick differs from {@code now}, in the slot of its tick there. So:
 *
 * <ul>
 *   <li>all entries of a level come before those of the next one, and within a level the slot
 *       decides: the next to check is the first occupied slot of the lowest occupied level;
 *   <li>as long as {@code now} does not reach the beginning of an occupied slot, no entry changes
 *       its level. When it does, the entries of that slot are due, or move to lower levels.
 * </ul>
 */
final class TimerWheel {
  /** The result of {@link #next} for an empty wheel. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int BITS = 6;
  private static final int SLOTS = 1 << BITS;
  private static final int LEVELS = (Long.SIZE + BITS - 1) / BITS;

  final @Nullable TimerEntry[] first = new @Nullable TimerEntry[LEVELS * SLOTS];
  private final long[] occupied = new long[LEVELS];
  private long now;

  /** Adds an entry; if its time has come, it is due at the next {@link #advance}. */
  void add(TimerEntry entry) {
    int level = level(entry);
    int index = index(level, entry);
    TimerEntry head = first[index];
    entry.after = head;
    if (head != null) {
      head.before = entry;
    }
    first[index] = entry;
    occupied[level] |= 1L << index; // a shift by an index uses only the slot
  }

  /** Removes an entry that was added. */
  void remove(TimerEntry entry) {
    TimerEntry before = entry.before;
    TimerEntry after = entry.after;
    if (after != null) {
      after.before = before;
    }
    if (before != null) {
      before.after = after;
    } else {
      int level = level(entry);
      int index = index(level, entry);
      first[index] = after;
      if (after == null) {
        occupied[level] &= ~(1L << index);
      }
    }
    entry.before = null;
    entry.after = null;
  }

  /** The tick until which there is nothing to do; not later than that of the next entry. */
  long next() {
    for (int level = 0; level < LEVELS; level++) {
      if (occupied[level] != 0) {
        long slot = Long.numberOfTrailingZeros(occupied[level]);
        long span = BITS * (level + 1L);
        long base = span >= Long.SIZE ? 0 : now >>> span << span;
        return base | slot << (BITS * level);
      }
    }
    return NEVER;
  }

  /** Advances to a tick, and removes what is due by then, in the order of ticks. */
  void advance(long to, Consumer<TimerEntry> due) {
    for (long next = next(); next <= to; next = next()) {
      now = next;
      int level = 0;
      while (occupied[level] == 0) {
        level++;
      }
      int index = level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
      TimerEntry entry = first[index];
      first[index] = null;
      occupied[level] &= ~(1L << index);
      while (entry != null) {
        TimerEntry after = entry.after;
        entry.before = null;
        entry.after = null;
        if (entry.tick <= now) {
          due.accept(entry);
        } else {
          add(entry);
        }
        entry = after;
      }
    }
    now = Math.max(now, to);
  }

  private int level(TimerEntry entry) {
    return Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(tick(entry) ^ now)) / BITS;
  }

  private int index(int level, TimerEntry entry) {
    return level * SLOTS + ((int) (tick(entry) >>> (BITS * level)) & (SLOTS - 1));
  }

  /** An overdue entry is at {@code now}, which does not advance before that is removed. */
  private long tick(TimerEntry entry) {
    return Math.max(entry.tick, now);
  }
}
