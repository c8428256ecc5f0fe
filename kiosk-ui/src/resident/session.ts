// One person's visit: where they are and what they have entered. In memory only; `wipe` forgets all of it.

import { makeOnce } from '../shared/api';
import type { FieldFault } from '../shared/api';
import { openDraft, stepAfter } from './flow';
import type { Draft, Step } from './flow';
import type { Accepted, CaseStatus, Pack, Service, ServiceKind } from './types';

export type Page =
  | { name: 'home' }
  | { name: 'group'; kinds: ServiceKind[] }
  | { name: 'form'; step: Step; changing: boolean; faults?: FieldFault[] }
  | { name: 'refused' }
  | { name: 'done'; accepted: Accepted; service: Service; at: number }
  | { name: 'status' }
  | { name: 'case'; found: CaseStatus };

export class Session {
  private pages: Page[] = [{ name: 'home' }];
  private listeners = new Set<() => void>();
  draft: Draft | null = null;
  /** Digits on the status page: kept while a person goes on and back, gone with the visit. */
  code = '';

  get page(): Page {
    return this.pages[this.pages.length - 1] ?? { name: 'home' };
  }

  get atHome(): boolean {
    return this.pages.length === 1;
  }

  /** Something about a person is on the screen or in memory. */
  get personal(): boolean {
    const page = this.page.name;
    return page === 'done' || page === 'case' || this.code !== '' || (this.draft !== null && page !== 'group'
      && !(page === 'form' && this.draft.passed.length === 0));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  go(page: Page): void {
    this.pages.push(page);
    this.changed();
  }

  open(service: Service): void {
    this.draft = openDraft(service, makeOnce());
    this.go({ name: 'form', step: 'intro', changing: false });
  }

  /** Another service than the one begun: from its own beginning, with nothing of this one. */
  lead(service: Service): void {
    this.forget();
    this.pages = [{ name: 'home' }];
    this.open(service);
  }

  edit(change: Partial<Draft>): void {
    if (this.draft) this.draft = { ...this.draft, ...change };
    this.changed();
  }

  /** Leaves a step of the form by "next". */
  pass(pack: Pack, change: Partial<Draft> = {}): void {
    const page = this.page;
    if (!this.draft || page.name !== 'form') return;
    this.draft = { ...this.draft, ...change };
    if (!this.draft.passed.includes(page.step)) this.draft.passed = [...this.draft.passed, page.step];
    const next = stepAfter(pack, this.draft, page.step, page.changing);
    if (page.changing) this.pages.pop();
    // The list of answers is already below the question that was changed.
    if (page.changing && next === 'check' && this.page.name === 'form' && this.page.step === 'check') this.changed();
    else this.go({ name: 'form', step: next, changing: page.changing && next !== 'check' });
  }

  /** Keeps what is being typed. No page depends on it but the one that types: nobody is told. */
  type(step: Step, value: string): void {
    if (this.draft) this.draft = { ...this.draft, typed: { ...this.draft.typed, [step]: value } };
  }

  change(step: Step, faults?: FieldFault[]): void {
    this.go({ name: 'form', step, changing: true, faults });
  }

  back(): void {
    if (this.pages.length > 1) this.pages.pop();
    if (this.atHome) this.forget();
    this.changed();
  }

  /** The request is kept by the box: nothing of it stays here but its codes. */
  finish(accepted: Accepted, service: Service, at: number): void {
    this.forget();
    this.pages = [{ name: 'home' }, { name: 'done', accepted, service, at }];
    this.changed();
  }

  wipe(): void {
    this.forget();
    this.pages = [{ name: 'home' }];
    this.changed();
  }

  /** The same visit in another language: what was entered stays, its words come from the new pack. */
  translate(pack: Pack): void {
    const same = (service: Service): Service => pack.services.find((one) => one.id === service.id) ?? service;
    if (this.draft) this.draft = { ...this.draft, service: same(this.draft.service) };
    this.pages = this.pages.map((page) => (page.name === 'done' ? { ...page, service: same(page.service) } : page));
    this.changed();
  }

  setCode(digits: string): void {
    this.code = digits;
    this.changed();
  }

  private forget(): void {
    this.draft = null;
    this.code = '';
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
