// A development aid, not a product: answers docs/formats/kiosk-api.md and desk-api.md from memory, so that the pages
// can be worked on and tested without a gateway. It keeps nothing, checks little and must never face anybody.
//
//   npm run build && npm run mock -- --pack id-jember --port 8080
//
// Test hooks (only here): POST /mock {"fail":503,"times":1} makes the next POSTs fail; GET /mock lists what was sent.

import { createServer } from 'node:http';
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { deskPackOf, packOf, worldOf } from './catalogue.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const kTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const kDamm = ['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134', '8945362017', '9438617205', '2581436790'];
const damm = (digits) => [...digits].reduce((row, digit) => Number(kDamm[row][Number(digit)]), 0);
const code = (length) => {
  const digits = Array.from({ length: length - 1 }, () => randomInt(10)).join('');
  return digits + damm(digits);
};

function textsOf(pack, language, room) {
  const out = {};
  const flat = (node, path) => {
    for (const [key, value] of Object.entries(node)) {
      if (value !== null && typeof value === 'object') flat(value, `${path}${key}.`);
      else out[path + key] = String(value);
    }
  };
  const folder = join(here, '../../gateway/packs', pack, 'texts', language);
  if (existsSync(folder)) {
    for (const file of readdirSync(folder)) {
      if (file === `${room}.yaml`) flat(parse(readFileSync(join(folder, file), 'utf8')), '');
    }
  }
  return out;
}

/** Starts both servers on free ports (or `port`, `port + 1`); resolves to their addresses and `close()`. */
export async function startMock({ pack = 'id-jember', port = 0, mm = 0, dist = join(here, '../dist'), idle } = {}) {
  const world = worldOf(pack);
  const languages = world.languages.map(([tag, name, direction]) => ({ tag, name, direction }));
  const token = randomBytes(16).toString('hex');
  const cases = [];
  const sent = new Map();
  const sessions = new Map();
  let failing = { status: 0, times: 0 };
  let posts = [];
  let tries = 0;
  const now = () => Math.floor(Date.now() / 1000);

  const add = (body) => {
    const item = {
      id: randomBytes(16).toString('hex'), code: code(8), receipt: code(16), box: cases.length % 2 + 1, service: body.service,
      village: cases.length % 2 ? 'Desa Umpama' : world.village.name,
      state: 'received', at: now(), version: 1, body, events: [], reason: '', answer: '',
    };
    cases.unshift(item);
    return item;
  };
  const number = (last) => '1'.repeat(world.identity.length - 4) + last;
  for (let i = 0; i < 31; i++) {
    const letter = i % 3 !== 0;
    const item = add({
      service: letter ? world.letters[i % world.letters.length][0] : i % 2 ? 'road' : 'water', anonymous: i % 6 === 0, confidential: i % 4 === 0,
      notify_phone: i % 2 ? '+62 800 0000 0002' : '', consent_version: 'mock',
      answers: letter ? { identity_number: number('0000'), name: 'Siti Contoh', hamlet: world.hamlets[0][0], purpose: 'school' }
        : { story: 'Jembatan bambu putus sejak hari Minggu.', place: world.hamlets[1][0] },
    });
    item.at -= (31 - i) * 15000;
    if (i % 4 === 1) item.state = 'checked';
    if (letter && i % 7 === 0) item.state = 'ready';
  }

  const fail = (status, errorCode, text = '', fields = [], retry = 0) => ({ status, body: { error: { code: errorCode, text, fields, retry_after_s: retry } } });
  const ok = (body, status = 200, headers = {}) => ({ status, body, headers });

  function checkField(service, id, value, language) {
    if (id === 'notify_phone') return /^\+?[0-9]{8,15}$/.test(value) ? value : null;
    const all = packOf(pack, language, {});
    const field = [...all.applicant, ...(all.services.find((one) => one.id === service)?.fields ?? [])].find((one) => one.id === id);
    if (!field) return null;
    if (field.type === 'identity_number') return value.length === world.identity.length ? value : null;
    if (field.type === 'text') return value.length >= field.min ? value : null;
    return value === '' ? null : value;
  }

  function kiosk(method, path, body, language, headers) {
    if (path === '/api/v1/start') {
      return ok({
        token, default_language: languages[0].tag, languages, village: world.village,
        idle: idle ?? { personal_s: 45, neutral_s: 90, warn_s: 30 }, panel: { mm },
      });
    }
    if (path.startsWith('/api/v1/pack/')) {
      const tag = decodeURIComponent(path.slice('/api/v1/pack/'.length));
      return languages.some((one) => one.tag === tag) ? ok(packOf(pack, tag, textsOf(pack, tag, 'kiosk'))) : fail(404, 'not_found');
    }
    if (path === '/api/v1/health') {
      return ok({ box: true, waiting: 3, last_contact: now() - 240, modem_ready: true, signal_percent: 60, now: now() });
    }
    if (method !== 'POST') return fail(404, 'not_found');
    if (headers['x-kentongan-token'] !== token) return fail(403, 'forbidden');
    posts.push({ path, body });
    if (failing.times > 0) {
      failing.times--;
      return fail(failing.status, 'unavailable');
    }
    if (path === '/api/v1/check') {
      const canonical = checkField(body.service, body.field, body.value, language);
      const text = language === 'id' ? `Angkanya belum lengkap. Baru ${body.value.length}.` : `Not complete yet: ${body.value.length}.`;
      return canonical === null ? fail(422, 'invalid', text, [{ field: body.field, text }]) : ok({ ok: true, canonical });
    }
    if (path === '/api/v1/requests') {
      const known = sent.get(body.once);
      const item = known ?? add(body);
      sent.set(body.once, item);
      return ok({ code: item.code, receipt: item.receipt, target_days: 1 }, 201);
    }
    if (path === '/api/v1/status') {
      const digits = body.digits.replace(/\D/g, '');
      if (damm(digits) !== 0) return fail(422, 'invalid', '', [{ field: 'digits', text: '' }]);
      const item = cases.find((one) => one.code === digits || one.receipt === digits);
      if (!item) return ++tries > 5 ? fail(429, 'too_many', '', [], 30) : fail(404, 'not_found');
      const full = digits.length === 16;
      return ok({
        lifecycle: rowOf(item).lifecycle, state: item.state, since: item.events[item.events.length - 1]?.at ?? item.at,
        history: [{ state: 'received', at: item.at }, ...item.events.map((one) => ({ state: one.to, at: one.at }))], full,
        ...(full ? { service: item.service, reason: item.reason, answer: item.answer } : {}),
      });
    }
    return fail(404, 'not_found');
  }

  const rowOf = (item) => {
    const service = packOf(pack, languages[0].tag, {}).services.find((one) => one.id === item.service);
    const end = ['collected', 'refused', 'closed'].includes(item.state);
    const due = item.at + 3 * 86400;
    return {
      id: item.id, code: item.code, box: item.box, village: item.village, service: item.service, state: item.state, received_at: item.at,
      due_at: due, overdue: !end && due < now(), changed_at: item.events[item.events.length - 1]?.at ?? item.at, channel: 'kiosk',
      lifecycle: service?.lifecycle ?? 'letter', open: !end,
    };
  };
  const detailOf = (item, language) => {
    const all = packOf(pack, language, {});
    const service = all.services.find((one) => one.id === item.service);
    const states = deskPackOf(pack, language, {}).lifecycles.find((one) => one.id === service.lifecycle).states;
    const fields = [...all.applicant, ...service.fields];
    return {
      ...rowOf(item), anonymous: item.body.anonymous, confidential: item.body.confidential, language, notify: item.body.notify_phone !== '',
      sender_alias: 'kiosk-1', consent_version: item.body.consent_version, version: item.version, events: item.events,
      answers: Object.entries(item.body.answers).map(([id, value]) => {
        const field = fields.find((one) => one.id === id);
        return { field: id, ask: field?.ask ?? id, value, words: field?.choices?.find((one) => one.id === value)?.word ?? value };
      }),
      next: states.find((one) => one.id === item.state).next.map((id) => {
        const state = states.find((one) => one.id === id);
        return { state: id, word: state.word, reason_required: state.reason_required };
      }),
    };
  };

  function desk(method, path, query, body, language, headers) {
    const id = /__Host-desk=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    const session = sessions.get(id);
    if (path === '/start') {
      return ok({ signed_in: Boolean(session), default_language: languages[0].tag, languages, ...(session ?? {}) });
    }
    if (path.startsWith('/pack/')) return ok(deskPackOf(pack, decodeURIComponent(path.slice(6)), textsOf(pack, decodeURIComponent(path.slice(6)), 'desk')));
    if (path === '/login') {
      if (tries >= 5) return fail(429, 'locked', '', [], 30);
      if (body.name !== 'petugas' || body.password !== 'contoh-sandi-0000') {
        tries++;
        return fail(401, 'unauthorised');
      }
      tries = 0;
      const fresh = randomBytes(32).toString('hex');
      sessions.set(fresh, { token: randomBytes(16).toString('hex'), officer: { name: 'petugas', role: 'officer' } });
      return ok(sessions.get(fresh), 200, { 'Set-Cookie': `__Host-desk=${fresh}; HttpOnly; Secure; SameSite=Strict; Path=/` });
    }
    if (!session) return fail(401, 'unauthorised');
    if (method === 'POST' && headers['x-kentongan-token'] !== session.token) return fail(403, 'forbidden');
    if (path === '/logout') {
      sessions.delete(id);
      return ok({});
    }
    if (path === '/summary') {
      const by = {};
      for (const item of cases) by[`${rowOf(item).lifecycle}/${item.state}`] = (by[`${rowOf(item).lifecycle}/${item.state}`] ?? 0) + 1;
      return ok({
        by_state: by, overdue: cases.filter((item) => rowOf(item).overdue).length,
        boxes: [{ box: 1, village: world.village.name, last_contact: now() - 600, waiting: 0 }, { box: 2, village: 'Desa Umpama', last_contact: now() - 200000, waiting: 4 }],
      });
    }
    if (path === '/cases') {
      const q = (query.get('q') ?? '').replace(/\D/g, '');
      const all = cases.map(rowOf).filter((row) => (!query.get('state') || row.state === query.get('state'))
        && (!query.get('service') || row.service === query.get('service')) && (!query.get('box') || row.box === Number(query.get('box')))
        && (query.get('open') !== '1' || row.open) && (!q || row.code === q));
      const page = Number(query.get('page') || 1);
      return ok({ cases: all.slice((page - 1) * 25, page * 25), total: all.length, page, pages: Math.max(1, Math.ceil(all.length / 25)) });
    }
    const found = /^\/cases\/([0-9a-f]{32})(\/move)?$/.exec(path);
    const item = found && cases.find((one) => one.id === found[1]);
    if (!item) return fail(404, 'not_found');
    if (found[2]) {
      if (body.version !== item.version) return fail(409, 'conflict');
      const step = detailOf(item, language).next.find((one) => one.state === body.to);
      if (!step) return fail(422, 'invalid');
      if (step.reason_required && body.reason.trim() === '') return fail(422, 'invalid', '', [{ field: 'reason', text: '' }]);
      item.events.push({ at: now(), officer: session.officer.name, from: item.state, to: body.to, reason: body.reason, answer: body.answer });
      Object.assign(item, { state: body.to, reason: body.reason, answer: body.answer, version: item.version + 1 });
    }
    return ok(detailOf(item, language));
  }

  const serve = (isDesk) => createServer((request, reply) => {
    const url = new URL(request.url, 'http://mock');
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const send = ({ status, body, headers = {} }, type = 'application/json', raw = false) => {
        reply.writeHead(status, {
          'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff',
          'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", ...headers,
        });
        reply.end(raw ? body : JSON.stringify(body));
      };
      let body = {};
      try {
        body = text === '' ? {} : JSON.parse(text);
      } catch {
        return send(fail(400, 'malformed'));
      }
      if (url.pathname === '/mock') {
        if (request.method === 'POST') failing = { status: body.fail, times: body.times };
        else if (request.method === 'DELETE') posts = [];
        return send(ok({ posts, cases: cases.map(({ code: digits, version }) => ({ code: digits, version })) }));
      }
      const language = request.headers['x-kentongan-language'] || languages[0].tag;
      if (!isDesk && url.pathname.startsWith('/api/')) return send(kiosk(request.method, url.pathname, body, language, request.headers));
      if (isDesk && url.pathname.startsWith('/desk/api/v1/')) {
        return send(desk(request.method, url.pathname.slice('/desk/api/v1'.length), url.searchParams, body, language, request.headers));
      }
      let file = isDesk ? url.pathname.replace(/^\/desk/, '') : url.pathname;
      if (file === '/' || file === '') file = '/index.html';
      const full = join(dist, isDesk ? 'desk' : 'resident', normalize(file));
      if (file.includes('..') || !existsSync(full)) return send(fail(404, 'not_found'));
      return send({ status: 200, body: readFileSync(full) }, kTypes[extname(full)] ?? 'application/octet-stream', true);
    });
  });
  const open = (server, at) => new Promise((resolve) => { server.listen(at, '127.0.0.1', () => resolve(server.address().port)); });
  const servers = [serve(false), serve(true)];
  const ports = [await open(servers[0], port), await open(servers[1], port === 0 ? 0 : port + 1)];
  return {
    kiosk: `http://127.0.0.1:${ports[0]}/`, desk: `http://127.0.0.1:${ports[1]}/desk/`, user: 'petugas', password: 'contoh-sandi-0000',
    close: () => Promise.all(servers.map((server) => new Promise((done) => { server.close(done); server.closeAllConnections(); }))),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name, usual) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : usual);
  const mock = await startMock({ pack: option('pack', 'id-jember'), port: Number(option('port', '8080')), mm: Number(option('mm', '0')) });
  console.log(`kiosk ${mock.kiosk}\ndesk  ${mock.desk}  (${mock.user} / ${mock.password})`);
}
