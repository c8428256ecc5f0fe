import { describe, expect, it, vi } from 'vitest';
import { failureOf, makeClient, makeOnce } from '../src/shared/api';
import { Idle } from '../src/shared/idle';
import { TapGuard } from '../src/shared/tap';

class FakeClock {
  ms = 0;
  private run: (() => void) | null = null;
  now = () => this.ms;
  every = (_ms: number, run: () => void) => {
    this.run = run;
    return () => {
      this.run = null;
    };
  };
  pass(seconds: number) {
    for (let i = 0; i < seconds * 4; i++) {
      this.ms += 250;
      this.run?.();
    }
  }
}

describe('idle', () => {
  const open = (limit: () => number) => {
    const clock = new FakeClock();
    const warnings: (number | null)[] = [];
    let expired = 0;
    const idle = new Idle(clock, limit, 30, { warn: (left) => warnings.push(left), expire: () => expired++ });
    return { clock, warnings, idle, expired: () => expired };
  };

  it('warns, counts down and expires', () => {
    const { clock, warnings, expired } = open(() => 45);
    clock.pass(44.75);
    expect(warnings).toEqual([]);
    clock.pass(0.25);
    expect(warnings[0]).toBe(30);
    clock.pass(29.5);
    expect(warnings[warnings.length - 1]).toBe(1);
    expect(expired()).toBe(0);
    clock.pass(1);
    expect(expired()).toBe(1);
    expect(warnings[warnings.length - 1]).toBeNull();
  });

  it('starts over at a touch, but not during the warning', () => {
    const { clock, warnings, idle, expired } = open(() => 45);
    clock.pass(40);
    idle.touch();
    clock.pass(40);
    expect(warnings).toEqual([]);
    clock.pass(10);
    idle.touch();
    clock.pass(30);
    expect(expired()).toBe(1);
  });

  it('may be extended without limit', () => {
    const { clock, idle, expired } = open(() => 45);
    for (let i = 0; i < 12; i++) {
      clock.pass(60);
      idle.extend();
    }
    expect(expired()).toBe(0);
  });

  it('rests while there is nothing to protect, and follows the page', () => {
    let limit = 0;
    const { clock, warnings, idle } = open(() => limit);
    clock.pass(1000);
    expect(warnings).toEqual([]);
    idle.touch();
    limit = 90;
    clock.pass(60);
    expect(warnings).toEqual([]);
    limit = 45;
    clock.pass(0.25);
    expect(warnings.length).toBe(1);
  });

  it('wipes at once after the machine has slept', () => {
    const { clock, expired } = open(() => 45);
    clock.ms += 3600 * 1000;
    clock.pass(0.25);
    expect(expired()).toBe(1);
  });
});

describe('taps', () => {
  it('count once in 400 ms', () => {
    let now = 1000;
    const taps = new TapGuard(() => now);
    expect(taps.step()).toBe(true);
    now += 399;
    expect(taps.step()).toBe(false);
    expect(taps.resting()).toBe(true);
    now += 1;
    expect(taps.resting()).toBe(false);
    expect(taps.step()).toBe(true);
  });
});

describe('the client', () => {
  const reply = (status: number, body: string) => ({ ok: status < 300, status, text: async () => body }) as Response;
  const client = (answers: (Response | Error)[], more: object = {}) => {
    const sent: { path: string; init: RequestInit }[] = [];
    const fake = vi.fn(async (path: unknown, init?: RequestInit) => {
      sent.push({ path: String(path), init: init ?? {} });
      const next = answers.shift();
      if (next === undefined || next instanceof Error) throw next ?? new Error('none');
      return next;
    });
    return { sent, api: makeClient({ base: '/api/', language: () => 'id', token: () => 'tok', fetch: fake as typeof fetch, ...more }) };
  };

  it('sends the language, and the token with a POST only', async () => {
    const { sent, api } = client([reply(200, '{"a":1}'), reply(201, '{}')]);
    expect(await api.get('start')).toEqual({ ok: true, value: { a: 1 } });
    await api.post('requests', { x: 1 });
    expect(sent[0]?.init.headers).toEqual({ 'X-Kentongan-Language': 'id' });
    expect(sent[1]?.init.headers).toMatchObject({ 'X-Kentongan-Token': 'tok', 'Content-Type': 'application/json' });
    expect(sent[1]?.init.body).toBe('{"x":1}');
  });

  it('says when a page looks by itself, so that nobody stays signed in by it', async () => {
    const { sent, api } = client([reply(200, '{}')]);
    await api.get('cases', true);
    expect(sent[0]?.init.headers).toEqual({ 'X-Kentongan-Language': 'id', 'X-Kentongan-Refresh': '1' });
  });

  it('gives failures as values, with their sentence and fields', async () => {
    const body = '{"error":{"code":"invalid","text":"No.","fields":[{"field":"a","text":"Bad."}],"retry_after_s":7}}';
    const { api } = client([reply(422, body)]);
    const answer = await api.post('check', {});
    expect(answer).toEqual({ ok: false, failure: { status: 422, code: 'invalid', text: 'No.', fields: [{ field: 'a', text: 'Bad.' }], retryAfterS: 7 } });
  });

  it('survives no network, a torn answer and foreign words', async () => {
    const { api } = client([new Error('down'), reply(200, '{"a":'), reply(502, '<html>')]);
    for (const status of [0, 0, 502]) {
      const answer = await api.get('start');
      expect(answer.ok).toBe(false);
      if (!answer.ok) expect(answer.failure).toMatchObject({ status, text: '', fields: [] });
    }
    expect(failureOf(500, { error: { fields: [null, { field: 3 }], retry_after_s: -1, text: 4 } })).toEqual({
      status: 500, code: '', text: '', fields: [{ field: '', text: '' }, { field: '3', text: '' }], retryAfterS: 0,
    });
  });

  it('asks for a new token once when the old one is refused', async () => {
    const renew = vi.fn(async () => true);
    const { api, sent } = client([reply(403, '{}'), reply(201, '{"code":"1"}')], { renew });
    expect(await api.post('requests', {})).toEqual({ ok: true, value: { code: '1' } });
    expect(sent.length).toBe(2);
    const again = client([reply(403, '{}'), reply(403, '{}')], { renew });
    expect((await again.api.post('requests', {})).ok).toBe(false);
    expect(again.sent.length).toBe(2);
  });

  it('makes tokens of 32 hex digits', () => {
    expect(makeOnce()).toMatch(/^[0-9a-f]{32}$/);
    expect(makeOnce()).not.toBe(makeOnce());
  });
});
