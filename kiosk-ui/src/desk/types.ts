// The values of docs/formats/desk-api.md, as this page uses them.

import type { Money } from '../shared/digits';
import type { Texts } from '../shared/texts';

export interface Officer {
  name: string;
  role: 'officer' | 'inspectorate';
}

export interface DeskStart {
  signed_in: boolean;
  default_language: string;
  languages: { tag: string; name: string; direction?: 'ltr' | 'rtl' }[];
  token?: string;
  officer?: Officer;
}

export interface DeskState {
  id: string;
  word: string;
  role: string;
  next: string[];
  reason_required: boolean;
}

export interface DeskPack {
  texts: Texts;
  direction: 'ltr' | 'rtl';
  services: { id: string; title: string; kind: string }[];
  lifecycles: { id: string; states: DeskState[] }[];
  villages: { box: number; name: string }[];
  utc_offset_minutes: number;
  money: Money;
}

export interface Row {
  id: string;
  code: string;
  box: number;
  village: string;
  service: string;
  lifecycle: string;
  state: string;
  received_at: number;
  due_at: number;
  overdue: boolean;
  changed_at: number;
  channel: string;
}

export interface Detail extends Row {
  answers: { field: string; ask: string; value: string; words: string }[];
  anonymous: boolean;
  confidential: boolean;
  language: string;
  notify: boolean;
  sender_alias: string;
  consent_version: string;
  version: number;
  events: { at: number; officer: string; from: string; to: string; reason: string; answer: string }[];
  next: { state: string; word: string; reason_required: boolean }[];
}

export interface List {
  cases: Row[];
  total: number;
  page: number;
  pages: number;
}

export interface Summary {
  by_state: Record<string, number>;
  overdue: number;
  boxes: { box: number; village: string; last_contact: number; waiting: number }[];
}

export interface Filter {
  state: string;
  service: string;
  box: string;
  open: boolean;
  q: string;
  page: number;
}

export const kNoFilter: Filter = { state: '', service: '', box: '', open: true, q: '', page: 1 };

export function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.state !== '') query.set('state', filter.state);
  if (filter.service !== '') query.set('service', filter.service);
  if (filter.box !== '') query.set('box', filter.box);
  if (filter.open) query.set('open', '1');
  if (filter.q !== '') query.set('q', filter.q);
  if (filter.page > 1) query.set('page', String(filter.page));
  const text = query.toString();
  return text === '' ? 'cases' : `cases?${text}`;
}

export const stateOf = (pack: DeskPack, lifecycle: string, state: string): DeskState | undefined =>
  pack.lifecycles.find((one) => one.id === lifecycle)?.states.find((one) => one.id === state);
