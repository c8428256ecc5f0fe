import { describe, expect, it } from 'vitest';
import { answersToSend, countedSteps, openDraft, stepAfter, stepsOf, visibleFields } from '../src/resident/flow';
import { Session } from '../src/resident/session';
import { marksOf } from '../src/resident/stepper';
import type { CaseStatus, Field, Pack, Service } from '../src/resident/types';

const field = (id: string, more: Partial<Field> = {}): Field => ({
  id, type: 'text', required: true, min: 0, max: 0, ask: id, help: '', ...more,
});

const service = (more: Partial<Service> = {}): Service => ({
  id: 'letter', kind: 'letter', icon: '', title: 'L', about: '', fee: 0, target_days: 1, applicant: true, anonymous_offered: false,
  confidential_offered: false, documents: [], lifecycle: 'letter',
  fields: [
    field('purpose', { type: 'choice' }),
    field('other', { when: { field: 'purpose', equals: 'other' } }),
    field('why', { when: { field: 'other', equals: 'x' } }),
  ],
  ...more,
});

const pack: Pack = {
  language: 'aa', direction: 'ltr', consent_version: 'v1', texts: {}, identity: { length: 4, groups: [4] },
  money: { symbol: '$', group: ',', symbol_first: true }, utc_offset_minutes: 0, hamlets: [], applicant: [field('number', { type: 'identity_number' })],
  services: [service()],
  lifecycles: [{
    id: 'letter',
    states: [
      { id: 'in', role: 'received', step: true, word: 'In' }, { id: 'check', role: 'working', step: true, word: 'Check' },
      { id: 'ready', role: 'ready', step: true, word: 'Ready' }, { id: 'wait', role: 'needs_person', step: false, word: 'Wait' },
      { id: 'no', role: 'refused', step: false, word: 'No' },
    ],
  }],
};

describe('conditions', () => {
  it('show a question only when the other has that answer', () => {
    const draft = openDraft(service(), 'o');
    const ids = () => visibleFields(pack, draft).map((one) => one.id);
    expect(ids()).toEqual(['number', 'purpose']);
    draft.answers.purpose = 'other';
    expect(ids()).toEqual(['number', 'purpose', 'other']);
    draft.answers.other = 'x';
    expect(ids()).toEqual(['number', 'purpose', 'other', 'why']);
    draft.answers.purpose = 'bank';
    expect(ids()).toEqual(['number', 'purpose'], );
  });

  it('keep an answer that no longer applies from being sent', () => {
    const draft = openDraft(service(), 'o');
    draft.answers = { number: '1234', purpose: 'bank', other: 'x', why: 'y', empty: '' };
    expect(answersToSend(pack, draft)).toEqual({ number: '1234', purpose: 'bank' });
  });
});

describe('steps', () => {
  it('of a letter: consent before the first personal question, the list last', () => {
    expect(stepsOf(pack, openDraft(service(), 'o'))).toEqual(['intro', 'consent', 'ask:number', 'ask:purpose', 'notify', 'check']);
    expect(countedSteps(pack, openDraft(service(), 'o'))[0]).toBe('consent');
  });

  it('of an anonymous report ask neither identity nor telephone', () => {
    const report = service({ kind: 'complaint', anonymous_offered: true, confidential_offered: true, fields: [field('story')] });
    const draft = openDraft(report, 'o');
    expect(stepsOf(pack, draft)).toEqual(['intro', 'consent', 'privacy', 'ask:number', 'ask:story', 'notify', 'check']);
    draft.anonymous = true;
    expect(stepsOf(pack, draft)).toEqual(['intro', 'consent', 'privacy', 'ask:story', 'check']);
  });

  it('a levy report is confidential unless said otherwise', () => {
    expect(openDraft(service({ kind: 'levy_report', confidential_offered: true }), 'o').confidential).toBe(true);
    expect(openDraft(service({ kind: 'complaint', confidential_offered: true }), 'o').confidential).toBe(false);
    expect(openDraft(service({ kind: 'levy_report' }), 'o').confidential).toBe(false);
  });

  it('after a change lead to the first that is still open', () => {
    const draft = openDraft(service(), 'o');
    draft.passed = ['intro', 'consent', 'ask:number', 'ask:purpose', 'notify'];
    expect(stepAfter(pack, draft, 'ask:purpose', true)).toBe('check');
    draft.answers.purpose = 'other';
    expect(stepAfter(pack, draft, 'ask:purpose', true)).toBe('ask:other');
  });
});

describe('a visit', () => {
  const letter = () => {
    const session = new Session();
    session.open(service());
    session.pass(pack);
    session.pass(pack, { consent: 'v1' });
    session.pass(pack, { answers: { number: '1234' } });
    session.pass(pack, { answers: { number: '1234', purpose: 'bank' } });
    session.pass(pack);
    return session;
  };

  it('walks through the form and keeps answers on the way back', () => {
    const session = letter();
    expect(session.page).toMatchObject({ name: 'form', step: 'check' });
    session.back();
    session.back();
    expect(session.page).toMatchObject({ step: 'ask:purpose' });
    expect(session.draft?.answers.purpose).toBe('bank');
  });

  it('changes one answer and comes back to the list', () => {
    const session = letter();
    session.change('ask:number');
    session.pass(pack, { answers: { number: '9999', purpose: 'bank' } });
    expect(session.page).toMatchObject({ step: 'check' });
    session.back();
    expect(session.page).toMatchObject({ step: 'notify' });
  });

  it('asks what a change brings up', () => {
    const session = letter();
    session.change('ask:purpose');
    session.pass(pack, { answers: { number: '1234', purpose: 'other' } });
    expect(session.page).toMatchObject({ step: 'ask:other' });
    session.pass(pack, { answers: { number: '1234', purpose: 'other', other: 'z' } });
    expect(session.page).toMatchObject({ step: 'check' });
  });

  it('is personal once something is entered, and forgets all of it', () => {
    const session = new Session();
    expect(session.personal).toBe(false);
    session.open(service());
    expect(session.personal).toBe(false);
    session.pass(pack);
    session.type('ask:number', '12');
    expect(session.personal).toBe(true);
    session.wipe();
    expect(session.personal).toBe(false);
    expect(session.page).toEqual({ name: 'home' });
    expect(JSON.stringify(session)).not.toContain('"12"');
    session.back();
    expect(session.page).toEqual({ name: 'home' });
  });

  it('is led to another service without anything of the first', () => {
    const session = letter();
    session.lead(service({ id: 'levy', kind: 'levy_report' }));
    expect(session.draft).toMatchObject({ service: { id: 'levy' }, answers: {}, passed: [], consent: '' });
    session.back();
    expect(session.page).toEqual({ name: 'home' });
    expect(session.draft).toBeNull();
  });

  it('keeps only the codes once it is sent', () => {
    const session = letter();
    session.finish({ code: '48217739', receipt: '1'.repeat(16), target_days: 1 }, service(), 0);
    expect(session.draft).toBeNull();
    expect(session.personal).toBe(true);
    expect(JSON.stringify(session)).not.toContain('1234');
    session.back();
    expect(session.page).toEqual({ name: 'home' });
    expect(JSON.stringify(session)).not.toContain('48217739');
  });

  it('makes another once-token for another form', () => {
    const session = new Session();
    session.open(service());
    const first = session.draft?.once;
    session.wipe();
    session.open(service());
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(session.draft?.once).not.toBe(first);
  });
});

describe('the way of a case', () => {
  const at = (state: string, history: string[]): CaseStatus => ({
    lifecycle: 'letter', state, since: 100, full: false, history: history.map((one, i) => ({ state: one, at: 10 * (i + 1) })),
  });
  const drawn = (found: CaseStatus) => marksOf(pack, found).map((mark) => `${mark.state.id}:${mark.place}`);

  it('is straight: past, now, next', () => {
    expect(drawn(at('check', ['in', 'check']))).toEqual(['in:past', 'check:now', 'ready:next']);
  });
  it('stands beside the way where it waits, and what follows stays', () => {
    expect(drawn(at('wait', ['in', 'check', 'wait']))).toEqual(['in:past', 'check:past', 'wait:now', 'ready:next']);
  });
  it('ends where it was refused', () => {
    expect(drawn(at('no', ['in', 'no']))).toEqual(['in:past', 'no:now']);
  });
  it('draws nothing of what the pack does not know', () => {
    expect(drawn(at('strange', ['in']))).toEqual([]);
    expect(drawn({ ...at('in', []), lifecycle: 'strange' })).toEqual([]);
  });
});
