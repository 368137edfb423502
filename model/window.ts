import { z } from 'zod';

/** When changes are allowed. All of it pure. */

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; write HH:MM');

/** `from` and `to` as HH:MM in `zone` (IANA); a `to` that is not after `from` is of the next day. `days` are those it begins on. */
export const ChangeWindowSchema = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1, 'is empty; name at least one day').max(7, 'names a day twice; name each once'),
  from: time,
  to: time,
  zone: z.string().refine(isZone, 'is not a time zone; write such as Europe/Berlin or UTC'),
});
export type ChangeWindow = z.infer<typeof ChangeWindowSchema>;

const MINUTE = 60_000;
/** The longest that a week of windows can leave between two, with a change of the clock. */
const MINUTES_AHEAD = 8 * 24 * 60;

/** May something be changed at `now`? Always, where no window is named. */
export function isOpen(windows: ChangeWindow[], now: Date): boolean {
  return windows.length === 0 || windows.some((w) => inWindow(w, localTime(w.zone, now)));
}

/** The next time, from `now` on, at which something may be changed; to the minute. Undefined when it never comes. */
export function nextOpening(windows: ChangeWindow[], now: Date): Date | undefined {
  if (isOpen(windows, now)) return now;
  const start = Math.ceil(now.getTime() / MINUTE) * MINUTE;
  for (let minute = 0; minute < MINUTES_AHEAD; minute++) {
    const at = new Date(start + minute * MINUTE);
    if (isOpen(windows, at)) return at;
  }
  return undefined;
}

export function isZone(zone: string): boolean {
  try {
    return Boolean(formatter(zone));
  } catch {
    return false;
  }
}

function inWindow({ days, from, to }: ChangeWindow, { day, time }: { day: Day; time: string }): boolean {
  if (from < to) return days.includes(day) && time >= from && time < to;
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7] as Day;
  return (days.includes(day) && time >= from) || (days.includes(before) && time < to);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const options = { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-GB', options);
  formatters.set(zone, made);
  return made;
}

function localTime(zone: string, at: Date): { day: Day; time: string } {
  const parts = new Map(
    formatter(zone)
      .formatToParts(at)
      .map((p) => [p.type, p.value]),
  );
  return { day: (parts.get('weekday') ?? '').toLowerCase() as Day, time: `${parts.get('hour')}:${parts.get('minute')}` };
}
