// Dates in the pack's own time zone and in its own words; the browser's zone and locale play no part.

import type { Translate } from './texts';

export interface Day {
  year: number;
  month: number;
  day: number;
}

export interface Moment extends Day {
  hour: number;
  minute: number;
}

export function momentOf(unixS: number, offsetMinutes: number): Moment {
  const at = new Date((unixS + offsetMinutes * 60) * 1000);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

export const isoOf = (day: Day): string => `${String(day.year).padStart(4, '0')}-${two(day.month)}-${two(day.day)}`;

export function dayOf(iso: string): Day | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!found) return null;
  const day = { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
  return isReal(day) ? day : null;
}

export function isReal(day: Day): boolean {
  const at = new Date(0);
  at.setUTCFullYear(day.year, day.month - 1, day.day);
  return at.getUTCFullYear() === day.year && at.getUTCMonth() === day.month - 1 && at.getUTCDate() === day.day;
}

/** `room` is "kiosk" or "desk": whose words are used. */
export const dayWords = (t: Translate, room: string, day: Day): string =>
  t(`${room}.date.day`, { day: day.day, month: t(`${room}.date.month.${day.month}`), year: day.year });

export const timeWords = (t: Translate, room: string, at: Moment): string =>
  t(`${room}.date.time`, { hour: two(at.hour), minute: two(at.minute) });

/** Today only the time, else the day. */
export function recentWords(t: Translate, room: string, unixS: number, nowS: number, offsetMinutes: number): string {
  const at = momentOf(unixS, offsetMinutes);
  const same = isoOf(at) === isoOf(momentOf(nowS, offsetMinutes));
  return same ? timeWords(t, room, at) : dayWords(t, room, at);
}

/**
 * Eight typed digits as a date in the order that the pack's people write ("dmy", "mdy" or "ymd").
 * Nothing when they are not a day of the calendar.
 */
export function dateFromDigits(digits: string, order: string): string | null {
  if (digits.length !== 8) return null;
  let at = 0;
  const parts: Record<string, number> = {};
  for (const part of order) {
    const size = part === 'y' ? 4 : 2;
    parts[part] = Number(digits.slice(at, at + size));
    at += size;
  }
  const day = { year: parts.y ?? 0, month: parts.m ?? 0, day: parts.d ?? 0 };
  return isReal(day) ? isoOf(day) : null;
}

export function digitsFromDate(iso: string, order: string): string {
  const day = dayOf(iso);
  if (!day) return '';
  return Array.from(order, (part) =>
    part === 'y' ? String(day.year).padStart(4, '0') : two(part === 'm' ? day.month : day.day),
  ).join('');
}
