/** Numbers, sizes and times as people read them. The locale is the browser's; the words are English. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 changes", "1 change". `many` only where it isn't `one` with an s. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

export function formatNumber(value: number): string {
  return value.toLocaleString();
}

/** The time of today, with the day for other days. */
export function formatTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = at.toLocaleTimeString(undefined, {hour: '2-digit', minute: '2-digit'});
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.toLocaleDateString(undefined, {day: 'numeric', month: 'short', year: 'numeric'})}, ${time}`;
}

/** To the second and with the day: for clocks that are compared. */
export function formatClock(atMs: number): string {
  return new Date(atMs).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'medium'});
}

/** "6 minutes 3 seconds", "1 hour 20 minutes", "2 days 3 hours": the two largest units that say something. */
export function formatDuration(durationMs: number): string {
  const rest = Math.round(Math.abs(durationMs) / SECOND) * SECOND;
  const units = [
    formatUnit(Math.floor(rest / DAY), 'day'),
    formatUnit(Math.floor((rest % DAY) / HOUR), 'hour'),
    formatUnit(Math.floor((rest % HOUR) / MINUTE), 'minute'),
    formatUnit((rest % MINUTE) / SECOND, 'second'),
  ];
  const first = units.findIndex((unit) => unit !== null);
  if (first === -1) return '0 seconds';
  return units
    .slice(first, first + 2)
    .filter((unit) => unit !== null)
    .join(' ');
}

/** How long ago, roughly: "just now", "40 s", "5 min", "3 h", "2 days". */
export function formatAge(sinceMs: number, nowMs: number): string {
  const age = Math.max(0, nowMs - sinceMs);
  if (age < 5 * SECOND) return 'just now';
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return formatCount(Math.floor(age / DAY), 'day');
}

/** Decimal units, as systems show the size of files. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'KB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = bytes / divisor;
  return `${value.toLocaleString(undefined, {maximumFractionDigits: value < 10 ? 1 : 0})} ${unit}`;
}

/** Signed, for people: "0.4 seconds ahead of the server", "Same as the server". Server minus device: positive means that the device is behind. */
export function formatOffset(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  if (size < 50) return 'Same as the server';
  const words = size < MINUTE ? `${(size / SECOND).toFixed(1)} seconds` : formatDuration(offsetMs);
  return `${words} ${offsetMs > 0 ? 'behind' : 'ahead of'} the server`;
}

function formatUnit(count: number, one: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : `${one}s`}`;
}
