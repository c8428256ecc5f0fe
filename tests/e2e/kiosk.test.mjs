// The resident's journeys, in a real browser. Run: node tests/e2e/kiosk.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorld } from './support/world.mjs';
import { contrasts, kPanel, launch, nothingStored, visit } from './support/browser.mjs';
import { Resident } from './support/resident.mjs';

let browser;
let world;
before(async () => {
  world = await openWorld();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await world?.close();
});

/** A number that nobody has, as it is typed in the world's country. */
const kPhone = process.env.KENTONGAN_PACK === 'xq-qamar' ? '87000012' : '080000000001';

/** One visitor at the panel; afterwards nothing may have gone wrong or be left. */
async function journey(run, options = {}) {
  const visitor = await visit(browser, options.url ?? world.kiosk, options);
  try {
    const resident = new Resident(visitor.page, { panel: (options.viewport ?? kPanel) === kPanel, scroll: options.scroll });
    await resident.home();
    await run(resident, visitor.page, visitor);
    await nothingStored(visitor.page);
    assert.deepEqual(visitor.wrong, []);
  } finally {
    await visitor.close();
  }
}

test('a letter: asked for, kept, followed by code and by receipt', () => journey(async (resident, page) => {
  await resident.open('letters');
  await resident.fill();
  await contrasts(page, 'check');
  const { code, receipt } = await resident.send();
  await contrasts(page, 'done');
  const slip = await page.textContent('.slip');
  assert.ok(slip.replace(/\s/g, '').includes(code) && slip.replace(/\s/g, '').includes(receipt));
  assert.ok(!/3509 ?2752|bcdefg/.test(slip), 'neither number nor name is on paper');
  await resident.step('done');
  assert.equal(await page.locator('.slip').count(), 0);
  await resident.status(code);
  assert.equal(await page.locator('.stepper .now').count(), 1);
  assert.equal(await page.locator('.case .title small').count(), 1, 'eight digits do not name the service');
  await resident.step('finish');
  await resident.status(receipt);
  assert.equal(await page.locator('.case .title small').count(), 2, 'the receipt names the service');
  await contrasts(page, 'case');
  await resident.step('finish');
}));

test('an anonymous complaint asks neither name nor telephone', () => journey(async (resident, page) => {
  await resident.open('report');
  await resident.fill({ until: 'privacy' });
  await resident.fill({ choose: { privacy: ['anonymous', 'confidential'] } });
  assert.ok(resident.switched.length > 0);
  const anonymous = resident.switched.includes('anonymous');
  assert.equal(resident.seen.includes('notify'), !anonymous);
  const sent = page.waitForRequest((request) => request.url().endsWith('/requests'));
  await resident.send();
  const body = (await sent).postDataJSON();
  assert.equal(body.anonymous, anonymous);
  assert.equal(body.confidential, resident.switched.includes('confidential'));
  assert.equal(body.notify_phone, '');
  assert.ok(!('identity_number' in body.answers));
  await resident.step('done');
}));

test('an illegal levy: the sum may be unknown, and it is confidential unless said otherwise', () => journey(async (resident, page) => {
  await resident.open('levy');
  await resident.fill();
  assert.ok(resident.seen.includes('privacy'));
  const sent = page.waitForRequest((request) => request.url().endsWith('/requests'));
  await resident.send();
  assert.equal((await sent).postDataJSON().confidential, true);
  await resident.step('done');
}));

test('a wrong identity number is said beside it, and what was typed stays', () => journey(async (resident, page) => {
  await resident.open('letters');
  await resident.fill({ until: 'ask:identity_number' });
  await resident.digits('35092');
  await resident.tap('next');
  await page.waitForSelector('.note');
  await resident.look();
  await contrasts(page, 'fault');
  assert.equal(await resident.at(), 'ask:identity_number');
  assert.ok((await page.textContent('.note')).trim().length > 10);
  assert.match(await page.textContent('[data-id=count]'), /^5\//);
  await resident.digits('1');
  assert.equal(await page.locator('.note').count(), 0);
  // Masked after two seconds but for the last group; shown when asked.
  await page.waitForFunction(() => document.querySelector('.boxes .box')?.textContent.includes('•'));
  await resident.tap('show');
  assert.ok(!(await page.textContent('.boxes')).includes('•'));
  await resident.step('finish');
}));

test('refusing consent explains, sends nothing and leads back', () => journey(async (resident, page) => {
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  await resident.open('letters');
  await resident.step('next');
  await resident.step('refuse');
  await resident.step('again');
  await resident.step('refuse');
  await resident.step('stop');
  assert.equal(await resident.at(), 'home');
  assert.deepEqual(posts, []);
}));

test('an answer is changed from the list, and a question that appears is asked', () => journey(async (resident, page) => {
  await resident.open('letters');
  await resident.fill();
  const change = page.locator('.row.answer').nth(1);
  const step = (await change.getAttribute('data-id')).replace('change-', '');
  await resident.rest();
  await change.click();
  await page.waitForSelector(`.frame[data-step="${step}"]`);
  await resident.step('back');
  assert.equal(await resident.at(), 'check');
  await resident.step('finish');
}));

test('the language changes in the middle and the answers stay', () => journey(async (resident, page) => {
  await resident.open('letters');
  await resident.fill({ until: 'ask:identity_number' });
  await resident.digits('1234');
  const before = await page.textContent('h1');
  await resident.tap('language');
  await page.waitForSelector('[role=dialog]');
  await resident.look('languages');
  const tags = await page.locator('[role=dialog] .tile').evaluateAll((all) => all.map((one) => one.dataset.id));
  assert.ok(tags.length >= 2);
  await resident.tap(tags[1]);
  await page.waitForFunction((was) => document.querySelector('h1')?.textContent !== was, before);
  assert.equal(await page.getAttribute('html', 'lang'), tags[1]);
  assert.match(await page.textContent('[data-id=count]'), /^4\//);
  await resident.step('finish');
  assert.equal(await page.getAttribute('html', 'lang'), tags[0], 'the next person finds the usual language');
}));

test('a double tap and a retry make one request', () => journey(async (resident, page) => {
  const sent = [];
  page.on('request', (request) => request.url().endsWith('/requests') && sent.push(request));
  await resident.open('letters');
  await resident.fill();
  await resident.rest();
  await page.evaluate(() => {
    const button = document.querySelector('[data-id=next]');
    button.click();
    button.click();
  });
  await page.waitForSelector('[data-id=code]');
  const { code } = await resident.codes();
  assert.equal(sent.length, 1);
  const again = await page.evaluate(async ({ body, token }) => {
    const reply = await fetch('./api/v1/requests', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Kentongan-Token': token }, body });
    return { status: reply.status, body: await reply.json() };
  }, { body: sent[0].postData(), token: sent[0].headers()['x-kentongan-token'] });
  assert.equal(again.status, 201);
  assert.equal(again.body.code, code);
}));

test('while the box is away nothing is lost: the same request goes when it is back', () => journey(async (resident, page) => {
  const onces = [];
  let away = true;
  await page.route('**/api/v1/requests', async (route) => {
    onces.push(route.request().postDataJSON().once);
    if (!away) return route.continue();
    return route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ error: { code: 'unavailable', text: '', fields: [], retry_after_s: 0 } }) });
  });
  await resident.open('letters');
  await resident.fill();
  await resident.tap('next');
  await page.waitForSelector('.note');
  await resident.look();
  away = false;
  await resident.send();
  assert.equal(onces.length, 2);
  assert.equal(onces[0], onces[1]);
}));

test('a second tab is another visit', async () => {
  const first = await visit(browser, world.kiosk);
  try {
    const one = new Resident(first.page);
    await one.home();
    await one.open('letters');
    await one.fill({ until: 'ask:identity_number' });
    await one.digits('12345');
    const tab = await first.context.newPage();
    await tab.setViewportSize(kPanel);
    await tab.goto(world.kiosk);
    const two = new Resident(tab);
    await two.home();
    await two.open('levy');
    await two.step('finish');
    assert.equal(await one.at(), 'ask:identity_number');
    assert.match(await first.page.textContent('[data-id=count]'), /^5\//);
    assert.deepEqual(first.wrong, []);
  } finally {
    await first.close();
  }
});

test('who has gone leaves nothing: warning, one more chance, then home', () => journey(async (resident, page) => {
  const rest = async () => { await page.clock.runFor(500); };
  resident.rest = rest;
  await resident.open('letters');
  await resident.fill({ until: 'ask:identity_number' });
  await resident.digits('350927');
  await page.clock.runFor(46000);
  await page.waitForSelector('[data-id=stay]');
  await resident.look('still there?');
  await contrasts(page, 'still there?');
  await page.click('[data-id=stay]');
  assert.equal(await page.locator('[role=dialog]').count(), 0);
  assert.match(await page.textContent('[data-id=count]'), /^6\//);
  await page.clock.runFor(46000);
  await page.waitForSelector('[data-id=stay]');
  await page.clock.runFor(31000);
  await page.waitForSelector('.frame[data-page=home]');
  assert.ok(!(await page.content()).includes('350927'));
  await page.evaluate(() => history.back());
  await page.clock.runFor(1000);
  assert.equal(await resident.at(), 'home');
  await resident.open('letters');
  await resident.fill({ until: 'ask:identity_number' });
  assert.match(await page.textContent('[data-id=count]'), /^0\//);
}, { clock: true }));

test('"back" of the browser goes back inside the visit, and never behind home', () => journey(async (resident, page) => {
  await resident.open('letters');
  await resident.step('next');
  await page.evaluate(() => history.back());
  await page.waitForSelector('.frame[data-step=intro]');
  await resident.step('finish');
  await page.evaluate(() => history.back());
  await page.waitForTimeout(200);
  assert.equal(await resident.at(), 'home');
}));

test('the keyboard is enough', () => journey(async (resident, page) => {
  const press = async (key) => {
    await resident.rest();
    await page.keyboard.press(key);
  };
  const focus = async (id) => { await page.focus(`[data-id="${id}"]`); };
  await focus('letters');
  await press('Enter');
  await page.waitForSelector('.frame:not([data-page=home])');
  if ((await resident.at()) === 'group') {
    await page.locator('.tile').first().focus();
    await press('Enter');
  }
  await page.waitForSelector('.frame[data-step=intro]');
  await press('Tab');
  for (let i = 0; i < 12 && (await page.evaluate(() => document.activeElement?.dataset.id)) !== 'next'; i++) await page.keyboard.press('Tab');
  await press('Enter');
  await page.waitForSelector('.frame[data-step=consent]');
  await focus('agree');
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(ring, 'none');
  await press('Enter');
  await page.waitForSelector('.frame[data-step="ask:identity_number"]');
  await page.keyboard.type('12345');
  await page.keyboard.press('Backspace');
  assert.match(await page.textContent('[data-id=count]'), /^4\//);
  await focus('help');
  await press('Enter');
  await page.waitForSelector('[role=dialog]');
  await resident.look('help');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[role=dialog]', { state: 'detached' });
}));

test('an unknown code is said kindly', () => journey(async (resident, page) => {
  await resident.step('status');
  await contrasts(page, 'status');
  await resident.digits('48217739');
  await resident.tap('next');
  await page.waitForSelector('.note');
  await resident.look();
  assert.ok((await page.textContent('.note')).trim().length > 10);
}));

test('on the panel every page of every service fits, in every language', async (context) => {
  const visitor = await visit(browser, world.kiosk, { clock: true });
  try {
    const { page } = visitor;
    const resident = new Resident(page);
    // The page's own clock is moved instead of waiting for it.
    resident.rest = () => page.clock.runFor(500);
    await resident.home();
    const tags = (await ask(page, 'start')).languages.map((one) => one.tag);
    assert.ok(tags.length >= 2);
    for (const tag of tags) {
      const pack = await ask(page, `pack/${tag}`);
      assert.ok(pack.services.length >= 4);
      for (const service of pack.services) {
        await context.test(`${service.id} (${tag})`, async () => {
          await resident.speak(tag);
          await resident.openService(service);
          resident.seen = [];
          await resident.fill({ skipOptional: false, choose: { notify: kPhone, ...everything([...pack.applicant, ...service.fields]) } });
          for (const field of service.fields) assert.ok(resident.seen.includes(`ask:${field.id}`), `${field.id} was not shown`);
          assert.equal(await page.getAttribute('html', 'lang'), tag);
          const { code } = await resident.send();
          await bigCode(page);
          await resident.step('done');
          await resident.speak(tag);
          await resident.status(code);
          await resident.step('finish');
        });
      }
    }
    assert.deepEqual(visitor.wrong, []);
  } finally {
    await visitor.close();
  }
});

const ask = (page, path) => page.evaluate(async (to) => (await fetch(`./api/v1/${to}`)).json(), path);

/** Answers that lead past every question of the fields: conditions are met, and numbers are allowed ones. */
function everything(fields) {
  const answers = {};
  for (const field of fields) {
    if (field.type === 'money' || field.type === 'number') answers[field.id] = String(Math.max(field.min, 1));
    if (field.when) answers[field.when.field] = field.when.equals;
  }
  // A choice may be a door to another service: the first that is not.
  for (const field of fields) if (field.choices) answers[field.id] ??= field.choices.find((one) => !one.leads_to).id;
  return answers;
}

/** The code is what people copy: 10 mm high on the panel, and larger than everything else there. */
async function bigCode(page) {
  const sizes = await page.evaluate(() => {
    const px = (one) => Number.parseFloat(getComputedStyle(one).fontSize);
    const code = document.querySelector('[data-id=code]');
    const others = Array.from(document.querySelectorAll('.frame *')).filter((one) => !code.contains(one) && one.textContent.trim() !== '' && one.getClientRects().length > 0);
    return { code: px(code), digits: Math.min(...Array.from(code.children, px)), others: Math.max(...others.map(px)) };
  });
  assert.ok(sizes.code >= 52.5 && sizes.digits >= 52.5, `the code is ${sizes.digits} px`);
  assert.ok(sizes.code >= 2 * sizes.others, `the code is ${sizes.code} px beside ${sizes.others} px`);
}

test('the look at a page sees what scrolls and what is cut', () => journey(async (resident, page) => {
  const broken = async (selector, property, value, what) => {
    const set = (to) => page.locator(selector).first().evaluate((one, [name, text]) => one.style.setProperty(name, text), [property, to]);
    await set(value);
    await assert.rejects(resident.look(), what);
    await set('');
    await resident.look();
  };
  await broken('.tile', 'font-size', '70px', /words cut off/);
  await broken('.strip', 'min-height', '500px', /scrolls down|out of sight|overlap/);
}));

for (const viewport of [{ width: 1024, height: 600 }, { width: 1280, height: 800 }, { width: 390, height: 844 }, { width: 360, height: 640 }]) {
  test(`a letter on ${viewport.width} x ${viewport.height}`, () => journey(async (resident) => {
    await resident.open('letters');
    await resident.fill({ skipOptional: false, choose: { notify: kPhone } });
    await resident.send();
  }, { viewport }));
}

// The mock plays every country; a real world has its own.
function worldIsAnother() {
  return process.env.KENTONGAN_KIOSK_URL !== undefined && process.env.KENTONGAN_PACK !== 'xq-qamar';
}

test('the other country: another direction, alphabet and number', { skip: worldIsAnother() }, async () => {
  const other = await openWorld({ pack: 'xq-qamar' });
  try {
    for (const viewport of [kPanel, { width: 390, height: 844 }]) {
      await journey(async (resident, page) => {
        assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
        const rail = await page.locator('.rail').boundingBox();
        if (viewport === kPanel) assert.ok(rail.x > 600, 'the bar stands where reading begins');
        await contrasts(page, 'home');
        await resident.open('letters');
        await resident.fill();
        const { code } = await resident.send();
        await resident.step('done');
        await resident.status(code);
      }, { url: other.kiosk, viewport });
    }
  } finally {
    await other.close();
  }
});
