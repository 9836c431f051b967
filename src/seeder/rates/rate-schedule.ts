/** Hours of the day and the limit that holds in them. */
export interface ScheduledRate {
  /** Minutes since midnight, the first included. */
  readonly fromMinute: number;
  /** The first minute after it; not later than `fromMinute` when it goes past midnight. */
  readonly toMinute: number;
  /** Null: no limit. */
  readonly bytesPerSecond: number | null;
}

/** What holds at a minute of the day: the first entry that has it, or undefined when none has. */
export function scheduledAt(
  schedule: readonly ScheduledRate[],
  minuteOfDay: number,
): ScheduledRate | undefined {
  return schedule.find(({ fromMinute, toMinute }) =>
    fromMinute < toMinute
      ? minuteOfDay >= fromMinute && minuteOfDay < toMinute
      : minuteOfDay >= fromMinute || minuteOfDay < toMinute,
  );
}

/** Minutes since midnight by the clock on the wall of this machine. */
export function localMinuteOfDay(): number {
  const now = new Date();
  return 60 * now.getHours() + now.getMinutes();
}
