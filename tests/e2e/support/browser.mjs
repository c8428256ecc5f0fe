// Drives Debian's Chromium with a fresh profile for every visit, and watches what no page may do: scroll on a panel,
// ask a foreign host, break the content policy, throw, or leave something behind.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../kiosk-ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const kPanel = { width: 800, height: 480 };
const kFlags = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-default-browser-check', '--disable-dev-shm-usage'];

export const launch = () => chromium.launch({
  executablePath: process.env.KENTONGAN_CHROMIUM ?? '/usr/bin/chromium',
  args: [...kFlags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});

/** A visitor: one context, one page, and a list of what went wrong there. */
export async function visit(browser, url, { viewport = kPanel, clock = false } = {}) {
  const context = await browser.newContext({ viewport, ignoreHTTPSErrors: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  const wrong = [];
  const host = new URL(url).host;
  page.on('pageerror', (error) => wrong.push(`threw: ${error.message}`));
  page.on('console', (message) => {
    // The browser reports every refused request; the pages' answers to those are what the journeys test.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.host !== host) wrong.push(`foreign request: ${to.host}`);
    if (/[0-9]{8,}/.test(to.pathname + to.search) && !/\/cases\/?\?|\/cases\/[0-9a-f]{32}/.test(to.pathname + to.search)) wrong.push(`digits in a URL: ${to.pathname}`);
  });
  if (clock) await page.clock.install();
  await page.goto(url);
  return { context, page, wrong, close: () => context.close() };
}

/** Looks at one page as it stands: nothing scrolls, nothing is cut off, every target is large enough. */
export async function inspect(page, { leastPx, scroll = false, where = '' } = {}) {
  const found = await page.evaluate(({ scroll: mayScroll }) => {
    const faults = [];
    const root = document.documentElement;
    if (!mayScroll && root.scrollHeight > root.clientHeight) faults.push(`scrolls down ${root.scrollHeight}>${root.clientHeight}`);
    if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways ${root.scrollWidth}>${root.clientWidth}`);
    const top = document.querySelector('[role=dialog]') ?? document.body;
    const name = (one) => `${one.tagName.toLowerCase()}.${one.className?.baseVal ?? one.className}[${one.dataset?.id ?? ''}]`;
    const sizes = [];
    for (const one of top.querySelectorAll('button, h1, .note, .count, [data-id=value], .lead, .word, .hint, .said, .way li, .free, .codes section, .stepper li, .strip, .boxes')) {
      if (one.closest('.clip') || one.closest('.slip')) continue;
      const box = one.getBoundingClientRect();
      if (box.width === 0) continue;
      if (!mayScroll && (box.bottom > innerHeight + 0.5 || box.top < -0.5)) faults.push(`out of sight: ${name(one)}`);
      if (box.right > innerWidth + 0.5 || box.left < -0.5) faults.push(`out of sight sideways: ${name(one)}`);
      if (one.tagName === 'BUTTON') sizes.push({ name: name(one), letter: one.closest('.letter-pad, .clip') !== null || one.matches('.small, .row'), least: Math.min(box.width, box.height) });
    }
    // Siblings of a page must not lie on each other.
    for (const parent of top.querySelectorAll('.main, .main > section, .dialog, .write .top, .rail, .title')) {
      const boxes = Array.from(parent.children).filter((one) => getComputedStyle(one).position !== 'absolute')
        .map((one) => ({ one, box: one.getBoundingClientRect() })).filter(({ box }) => box.width > 0 && box.height > 0);
      for (const a of boxes) for (const b of boxes) {
        if (a.one === b.one || !(a.one.compareDocumentPosition(b.one) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
        const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (x > 1 && y > 1) faults.push(`overlap: ${name(a.one)} and ${name(b.one)}`);
      }
    }
    for (const clip of top.querySelectorAll('.clip')) if (clip.getBoundingClientRect().height < 30) faults.push('no room for the text');
    for (const box of top.querySelectorAll('.tile .word, .tile, .rail-button, .primary, .secondary, .key, .switch, .code strong, .receipt strong, .plain-box, .box, .note, .way li')) {
      if (box.scrollHeight > box.clientHeight + 3 || box.scrollWidth > box.clientWidth + 1) faults.push(`words cut off: ${name(box)} ${box.textContent}`);
    }
    return { faults, sizes };
  }, { scroll });
  if (leastPx) for (const size of found.sizes) if (size.least < leastPx(size) - 0.6) found.faults.push(`too small: ${size.name} ${size.least}`);
  assert.deepEqual(found.faults, [], where);
}

/** Nothing of a visit may outlive it in the browser. */
export async function nothingStored(page) {
  const kept = await page.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, cookies: document.cookie,
    databases: indexedDB.databases ? (await indexedDB.databases()).length : 0,
    caches: typeof caches === 'undefined' ? 0 : (await caches.keys()).length, state: history.state, url: location.search + location.hash,
  }));
  assert.deepEqual(kept, { local: 0, session: 0, cookies: '', databases: 0, caches: 0, state: null, url: '' });
}

/** Every word that can be read stands out 7:1 (WCAG 2.2, 1.4.6); what is disabled is exempt there and here. */
export async function contrasts(page, where = '') {
  const faults = await page.evaluate(() => {
    const parse = (text) => {
      const found = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
      return { rgb: found.slice(0, 3), a: found.length > 3 ? found[3] : 1 };
    };
    const over = (top, below) => top.rgb.map((c, i) => c * top.a + below[i] * (1 - top.a));
    const behind = (one) => {
      const layers = [];
      for (let at = one; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
      return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const light = (rgb) => {
      const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const out = [];
    const top = document.querySelector('[role=dialog]') ?? document.body;
    const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const one = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || one.closest(':disabled, .slip, option, script') || one.getClientRects().length === 0) continue;
      const ground = behind(one);
      const ink = over(parse(getComputedStyle(one).color), ground);
      const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 7) out.push(`${ratio.toFixed(2)} ${one.className} "${walk.currentNode.data.trim().slice(0, 30)}"`);
    }
    return out;
  });
  assert.deepEqual(faults, [], `contrast ${where}`);
}
