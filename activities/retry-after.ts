/** How long a Retry-After asks to wait, in ms from `now`: seconds or a date (RFC 9110, 10.2.3). Undefined where it is neither. */
export function retryAfterOf(value: string, now: number): number | undefined {
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.ceil(ms));
}
