// A resident at the panel: finds their way by what stands on the screen, whatever the pack asks.

import assert from 'node:assert/strict';
import { inspect } from './browser.mjs';

/** Longer than the rest after a step (400 ms), so that a journey's taps all count. */
const kRestMs = 430;
/** 20 mm and 15 mm at 5.25 px/mm, on the panel of 800 x 480. */
const kTargetPx = 105;
const kLeastPx = 78.75;

export class Resident {
  constructor(page, { panel = true, scroll = false } = {}) {
    this.page = page;
    this.panel = panel;
    this.scroll = scroll;
    this.seen = [];
    this.switched = [];
  }

  async at() {
    return this.page.evaluate(() => {
      const frame = document.querySelector('.frame');
      return frame ? (frame.dataset.step || frame.dataset.page) : '';
    });
  }

  async home() {
    await this.page.waitForSelector('.frame[data-page=home]');
    await this.look();
  }

  async look(where) {
    const name = where ?? await this.at();
    this.seen.push(name);
    await inspect(this.page, {
      where: name, scroll: this.scroll, leastPx: this.panel ? (size) => (size.letter ? kLeastPx : kTargetPx) : undefined,
    });
  }

  async rest() {
    await this.page.waitForTimeout(kRestMs);
  }

  async tap(id) {
    await this.rest();
    await this.page.click(`[data-id="${id}"]:visible`);
  }

  /** Taps and waits until another page stands there. */
  async step(id) {
    const before = await this.at();
    await this.tap(id);
    await this.page.waitForFunction((was) => {
      const frame = document.querySelector('.frame');
      return frame && (frame.dataset.step || frame.dataset.page) !== was;
    }, before);
    await this.look();
  }

  /** The same with a tile, on whichever leaf it is; every leaf on the way is looked at. */
  async tile(id) {
    for (let leaf = 0; leaf < 8; leaf++) {
      if (await this.page.locator(`.tile[data-id="${id}"]`).count() > 0) return this.step(id);
      await this.tap('more');
      await this.look();
    }
    return assert.fail(`no tile ${id}`);
  }

  async digits(text) {
    await this.rest();
    for (const digit of text) await this.page.click(`[data-id="key-${digit}"]`);
  }

  async letters(count) {
    await this.rest();
    const keys = this.page.locator('.letter-pad .key:not(.quiet)');
    for (let i = 0; i < count; i++) await keys.nth(i % 7).click();
  }

  /** From home into the form of the first service of a room. */
  async open(room) {
    await this.step(room);
    if ((await this.at()) === 'group') await this.step(await this.page.locator('.tile').first().getAttribute('data-id'));
    assert.equal(await this.at(), 'intro');
  }

  /** From home into the form of that service of the pack. */
  async openService(service) {
    await this.step({ letter: 'letters', complaint: 'report', levy_report: 'levy' }[service.kind]);
    if ((await this.at()) === 'group') await this.tile(service.id);
    assert.equal(await this.at(), 'intro');
  }

  /** In that language from here on. */
  async speak(tag) {
    if (await this.page.getAttribute('html', 'lang') === tag) return;
    await this.tap('language');
    await this.page.waitForSelector('[role=dialog]');
    await this.look('languages');
    await this.tap(tag);
    await this.page.waitForSelector(`html[lang="${tag}"]`);
    await this.look();
  }

  /** Answers whatever is asked until `until`; `choose` has answers by field. */
  async fill({ choose = {}, until = 'check', identity, skipOptional = true } = {}) {
    for (let guard = 0; guard < 40; guard++) {
      const at = await this.at();
      if (at === until) return;
      const id = at.startsWith('ask:') ? at.slice(4) : at;
      const page = this.page;
      if (at === 'intro') await this.step('next');
      else if (at === 'consent') await this.step('agree');
      else if (at === 'privacy') {
        for (const one of choose.privacy ?? []) {
          // A pack may offer one of the two.
          if (await page.locator(`[data-id=${one}]`).count() === 0) continue;
          await this.tap(one);
          this.switched.push(one);
        }
        await this.step('next');
      } else if (choose[id] === undefined && skipOptional && await page.locator('[data-id=skip]').count() > 0) await this.step('skip');
      else if (await page.locator('.tiles').count() > 0) await this.tile(choose[id] ?? await page.locator('.tile').first().getAttribute('data-id'));
      else if (await page.locator('.letter-pad').count() > 0) {
        await this.letters(14);
        await this.step('next');
      } else {
        const value = choose[id] ?? (await page.locator('.boxes').count() > 0 ? identity ?? await this.identity()
          : await page.locator('.dates').count() > 0 ? '17081990' : '5');
        await this.digits(value);
        await this.step('next');
      }
    }
    assert.fail('the form has no end');
  }

  /** A number that nobody has, of the form that this pack's boxes show. */
  async identity() {
    const length = Number((await this.page.textContent('[data-id=count]')).split('/')[1]);
    if (length === 16) return '3509275203850000';
    for (let middle = 1000; middle < 9999; middle++) {
      const digits = `1${middle}${'0'.repeat(length - 5)}`;
      if (luhn(digits)) return digits;
    }
    return assert.fail('no identity number fits');
  }

  async send() {
    await this.rest();
    await this.page.click('[data-id=next]');
    await this.page.waitForSelector('[data-id=code]');
    await this.look();
    return this.codes();
  }

  async codes() {
    const digits = async (id) => (await this.page.textContent(`[data-id=${id}]`)).replace(/\D/g, '');
    const codes = { code: await digits('code'), receipt: await digits('receipt') };
    assert.match(codes.code, /^\d{8}$/);
    assert.match(codes.receipt, /^\d{16}$/);
    return codes;
  }

  async status(digits) {
    await this.step('status');
    await this.digits(digits);
    await this.look();
    await this.step('next');
  }
}

function luhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const n = Number(digit) * (i % 2 === 1 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return sum % 10 === 0;
}
