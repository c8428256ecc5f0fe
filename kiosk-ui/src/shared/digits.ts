// Numbers as people read and type them.

export const onlyDigits = (text: string): string => text.replace(/[^0-9]/g, '');

/** "48217739", [4,4] -> ["4821","7739"]; what does not fit the groups goes into a last one. */
export function inGroups(digits: string, groups: readonly number[]): string[] {
  const out: string[] = [];
  let at = 0;
  for (const size of groups) {
    out.push(digits.slice(at, at + size));
    at += size;
  }
  if (at < digits.length) out.push(digits.slice(at));
  return out;
}

/** Codes are said and read four by four. */
export const byFour = (digits: string): string => digits.replace(/(.{4})(?=.)/g, '$1 ');

/**
 * Which typed digits may still be read. The last group stays readable: with it a person sees that it is their
 * number, and nobody else learns much.
 */
export function hiddenFrom(length: number, groups: readonly number[], typedAt: readonly number[], now: number,
  afterMs: number): boolean[] {
  let lastStart = 0;
  for (let i = 0; i < groups.length - 1; i++) lastStart += groups[i] ?? 0;
  return Array.from({ length }, (_, i) => i < lastStart && now - (typedAt[i] ?? 0) >= afterMs);
}

/** A whole number with the country's separator: 1234567 -> "1.234.567". */
export const thousands = (digits: string, separator: string): string =>
  digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator);

export interface Money {
  symbol: string;
  group: string;
  symbol_first: boolean;
}

export function moneyWords(digits: string, money: Money): string {
  const number = thousands(digits === '' ? '0' : digits, money.group);
  return money.symbol_first ? `${money.symbol}\u00a0${number}` : `${number}\u00a0${money.symbol}`;
}

/** An identity number on a page that others may see: only its last group. */
export function maskedIdentity(digits: string, groups: readonly number[]): string {
  const parts = inGroups(digits, groups).filter((part) => part !== '');
  return parts.map((part, i) => (i < parts.length - 1 ? part.replace(/./g, '•') : part)).join(' ');
}
