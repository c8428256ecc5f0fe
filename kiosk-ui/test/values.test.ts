import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { typeDigit } from '../src/components/digit_pad/digit_pad';
import { iconNames, knownIcon } from '../src/components/icon/icon';
import { eraseLast, keyLeaves, typeLetter, typeSpace } from '../src/components/letter_pad/letter_pad';
import { leavesOf } from '../src/components/tiles/tiles';
import { isCovered } from '../src/desk/case_page';
import { kNoFilter, queryOf } from '../src/desk/types';
import { dateFromDigits, dayOf, digitsFromDate, isoOf, momentOf, recentWords } from '../src/shared/dates';
import { byFour, hiddenFrom, inGroups, maskedIdentity, moneyWords } from '../src/shared/digits';
import { translator } from '../src/shared/texts';

describe('digits', () => {
  it('are grouped as the pack says', () => {
    expect(inGroups('350927', [4, 4, 4, 4])).toEqual(['3509', '27', '', '']);
    expect(inGroups('1234567890123', [3, 3, 4])).toEqual(['123', '456', '7890', '123']);
    expect(byFour('48217739')).toBe('4821 7739');
    expect(byFour('4821773901425538')).toBe('4821 7739 0142 5538');
  });

  it('are hidden after their time, but for the last group', () => {
    const groups = [4, 4, 4, 4];
    const typed = Array.from({ length: 16 }, (_, i) => i * 100);
    expect(hiddenFrom(16, groups, typed, 1500, 2000)).toEqual(Array(16).fill(false));
    const later = hiddenFrom(16, groups, typed, 2550, 2000);
    expect(later.slice(0, 6)).toEqual(Array(6).fill(true));
    expect(later.slice(6)).toEqual(Array(10).fill(false));
    expect(hiddenFrom(16, groups, typed, 99999, 2000)).toEqual([...Array(12).fill(true), ...Array(4).fill(false)]);
    expect(hiddenFrom(3, groups, [0, 0, 0], 99999, 2000)).toEqual([true, true, true]);
  });

  it('of an identity number are masked for others', () => {
    expect(maskedIdentity('3509275203850000', [4, 4, 4, 4])).toBe('•••• •••• •••• 0000');
    expect(maskedIdentity('123456789', [3, 3, 3])).toBe('••• ••• 789');
  });

  it('are money as the country writes it', () => {
    expect(moneyWords('1234567', { symbol: 'Rp', group: '.', symbol_first: true })).toBe('Rp\u00a01.234.567');
    expect(moneyWords('50', { symbol: 'QD', group: ',', symbol_first: false })).toBe('50\u00a0QD');
  });

  it('come from a keypad and stop at the most', () => {
    expect(typeDigit('12', '3', 4)).toBe('123');
    expect(typeDigit('1234', '5', 4)).toBe('1234');
    expect(typeDigit('12', '000', 4)).toBe('12');
    expect(typeDigit('12', 'erase', 4)).toBe('1');
    expect(typeDigit('', 'erase', 4)).toBe('');
  });
});

describe('letters', () => {
  it('begin names and sentences with a capital, without a shift key', () => {
    const type = (keys: string, story: boolean) => [...keys].reduce((text, key) => (key === ' ' ? typeSpace(text, 0) : typeLetter(text, key, story, 0)), '');
    expect(type('SITI AMINAH', false)).toBe('Siti Aminah');
    expect(type("AL-FARUQ O'NEIL", false)).toBe("Al-Faruq O'Neil");
    expect(type('JALAN RUSAK. SEJAK MINGGU', true)).toBe('Jalan rusak. Sejak minggu');
  });

  it('stop at the most, and spaces do not pile up', () => {
    expect(typeLetter('abc', 'D', true, 3)).toBe('abc');
    expect(typeSpace('abc ', 10)).toBe('abc ');
    expect(typeSpace('', 10)).toBe('');
    expect(eraseLast('ab😀')).toBe('ab');
  });

  it('that are too many for one leaf go to the next', () => {
    expect(keyLeaves('A B C', '1 2')).toEqual([['A', 'B', 'C'], ['1', '2']]);
    const many = Array.from({ length: 36 }, (_, i) => `x${i}`).join(' ');
    expect(keyLeaves(many, '1').map((leaf) => leaf.length)).toEqual([26, 10, 1]);
  });
});

describe('tiles', () => {
  it('are at most eight, the last then leading on', () => {
    const tiles = (n: number) => Array.from({ length: n }, (_, i) => i);
    expect(leavesOf(tiles(8)).map((leaf) => leaf.length)).toEqual([8]);
    expect(leavesOf(tiles(9)).map((leaf) => leaf.length)).toEqual([7, 2]);
    expect(leavesOf(tiles(0))).toEqual([[]]);
  });
});

describe('dates', () => {
  const t = translator({ 'kiosk.date.day': '{day} {month} {year}', 'kiosk.date.time': '{hour}.{minute}', 'kiosk.date.month.11': 'November' });

  it('are typed in the order of the pack', () => {
    expect(dateFromDigits('17081990', 'dmy')).toBe('1990-08-17');
    expect(dateFromDigits('08171990', 'mdy')).toBe('1990-08-17');
    expect(dateFromDigits('19900817', 'ymd')).toBe('1990-08-17');
    expect(dateFromDigits('31021990', 'dmy')).toBeNull();
    expect(dateFromDigits('29022000', 'dmy')).toBe('2000-02-29');
    expect(dateFromDigits('29021900', 'dmy')).toBeNull();
    expect(dateFromDigits('1708199', 'dmy')).toBeNull();
    expect(digitsFromDate('1990-08-17', 'dmy')).toBe('17081990');
    expect(digitsFromDate('nonsense', 'dmy')).toBe('');
    expect(dayOf('1990-13-01')).toBeNull();
  });

  it('are of the pack\'s zone, not of the browser\'s', () => {
    expect(isoOf(momentOf(Date.UTC(2026, 10, 23, 18, 0) / 1000, 420))).toBe('2026-11-24');
    const now = Date.UTC(2026, 10, 24, 3, 0) / 1000;
    expect(recentWords(t, 'kiosk', now - 3600, now, 420)).toBe('09.00');
    expect(recentWords(t, 'kiosk', now - 86400, now, 420)).toBe('23 November 2026');
  });
});

describe('texts', () => {
  it('fill in names, leave unknown ones, and never show a key', () => {
    const t = translator({ a: 'n {n} of {total} {other}' });
    expect(t('a', { n: 1, total: 2 })).toBe('n 1 of 2 {other}');
    expect(t('missing')).toBe('');
    expect(t('constructor')).toBe('');
    expect(t('a', { n: '{total}', total: 2 })).toBe('n {total} of 2 {other}');
  });
});

describe('the desk', () => {
  it('covers numbers of people until they are needed', () => {
    expect(isCovered({ field: 'x', value: '3509275203850000' })).toBe(true);
    expect(isCovered({ field: 'x', value: '+6280000000001' })).toBe(true);
    expect(isCovered({ field: 'x', value: 'Siti' })).toBe(false);
    expect(isCovered({ field: 'x', value: '12' })).toBe(false);
  });

  it('asks only for what is chosen', () => {
    expect(queryOf({ ...kNoFilter, open: false })).toBe('cases');
    expect(queryOf(kNoFilter)).toBe('cases?open=1');
    expect(queryOf({ state: 'a b', service: 's', box: '2', open: false, q: '48217739', page: 3 })).toBe('cases?state=a+b&service=s&box=2&q=48217739&page=3');
  });
});

// The packs' words for the pages: every language has the same keys, and pictures exist.
const packs = join(__dirname, '../../gateway/packs');
function flat(node: Record<string, unknown>, path = '', out: Record<string, string> = {}): Record<string, string> {
  for (const [key, value] of Object.entries(node)) {
    if (value !== null && typeof value === 'object') flat(value as Record<string, unknown>, `${path}${key}.`, out);
    else out[path + key] = String(value);
  }
  return out;
}

/** Keys that the sources name; `${…}` stands for any part. */
function keysUsed(folder: string): RegExp[] {
  const found: RegExp[] = [];
  const walk = (at: string) => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (/\.tsx?$/.test(name)) {
        for (const one of readFileSync(path, 'utf8').matchAll(/['`]((?:kiosk|desk)\.[\w.${}+ ?:'=!>-]+?)['`]/g)) {
          found.push(new RegExp(`^${(one[1] ?? '').replace(/\$\{[^}]*\}/g, '\u0000').replace(/[.?+]/g, '\\$&').replace(/\u0000/g, '[\\w-]+')}$`));
        }
      }
    }
  };
  walk(folder);
  return found;
}

describe.each(readdirSync(packs).filter((name) => statSync(join(packs, name)).isDirectory()))('pack %s', (pack) => {
  const tags = readdirSync(join(packs, pack, 'texts'));
  for (const room of ['kiosk', 'desk']) {
    const texts = tags.map((tag) => flat(parse(readFileSync(join(packs, pack, 'texts', tag, `${room}.yaml`), 'utf8')) as Record<string, unknown>));
    it(`has the same ${room} words in ${tags.join(', ')}`, () => {
      for (const other of texts) expect(Object.keys(other).sort()).toEqual(Object.keys(texts[0] ?? {}).sort());
      for (const one of texts) for (const [key, text] of Object.entries(one)) expect(text.trim(), key).not.toBe('');
    });
    it(`has every ${room} word that the pages ask for`, () => {
      const keys = Object.keys(texts[0] ?? {});
      for (const used of keysUsed(join(__dirname, '../src'))) {
        if (!used.source.startsWith(`^${room}`)) continue;
        expect(keys.some((key) => used.test(key)), used.source).toBe(true);
      }
    });
    it(`has the same {names} in every language of ${room}`, () => {
      const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((one) => one[0]).sort();
      for (const key of Object.keys(texts[0] ?? {})) {
        if (key.endsWith('date.day') || key.endsWith('date.time')) continue;
        for (const one of texts) expect(names(one[key] ?? ''), key).toEqual(names(texts[0]?.[key] ?? ''));
      }
    });
  }
  it('names pictures that exist', () => {
    for (const tag of tags) {
      const texts = flat(parse(readFileSync(join(packs, pack, 'texts', tag, 'kiosk.yaml'), 'utf8')) as Record<string, unknown>);
      for (const [key, name] of Object.entries(texts)) if (key.startsWith('kiosk.picture.')) expect(iconNames(), key).toContain(name);
    }
    expect(knownIcon('constructor')).toBe(false);
  });
});
