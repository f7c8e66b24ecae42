import {describe, expect, it} from 'vitest';
import {formatAge, formatBytes, formatCount, formatDuration, formatOffset, formatTime} from './formats.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('formats', () => {
  it('count in the singular and the plural', () => {
    expect(formatCount(0, 'change')).toBe('0 changes');
    expect(formatCount(1, 'change')).toBe('1 change');
    expect(formatCount(2, 'try', 'tries')).toBe('2 tries');
  });

  it('show a duration by its two largest units, whatever its sign', () => {
    expect(formatDuration(0)).toBe('0 seconds');
    expect(formatDuration(999)).toBe('1 second');
    expect(formatDuration(-(6 * MINUTE + 3000))).toBe('6 minutes 3 seconds');
    expect(formatDuration(6 * MINUTE)).toBe('6 minutes');
    expect(formatDuration(59_999)).toBe('1 minute');
    expect(formatDuration(25 * HOUR + MINUTE)).toBe('1 day 1 hour');
    expect(formatDuration(24 * HOUR + MINUTE)).toBe('1 day');
  });

  it('say which clock is behind', () => {
    expect(formatOffset(20)).toBe('Same as the server');
    expect(formatOffset(-340)).toBe('0.3 seconds ahead of the server');
    expect(formatOffset(2 * MINUTE)).toBe('2 minutes behind the server');
  });

  it('show an age roughly, and none from the future', () => {
    const now = 1_000_000_000_000;
    expect(formatAge(now + 5000, now)).toBe('just now');
    expect(formatAge(now - 40_000, now)).toBe('40 s');
    expect(formatAge(now - 5 * MINUTE, now)).toBe('5 min');
    expect(formatAge(now - 3 * HOUR, now)).toBe('3 h');
    expect(formatAge(now - 49 * HOUR, now)).toBe('2 days');
  });

  it('show sizes in decimal units', () => {
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(2312)).toMatch(/^2[.,]3 KB$/);
    expect(formatBytes(48_000_000)).toBe('48 MB');
  });

  it('leave the day out for today only', () => {
    const noon = new Date(2026, 10, 3, 12, 0).getTime();
    const year = /2026/;
    expect(formatTime(noon, noon + HOUR)).not.toMatch(year);
    expect(formatTime(noon, noon + 24 * HOUR)).toMatch(year);
  });
});
