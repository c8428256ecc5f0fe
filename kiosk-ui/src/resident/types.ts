// The values of docs/formats/kiosk-api.md, as this page uses them.

import type { Money } from '../shared/digits';
import type { Texts } from '../shared/texts';

export type FieldType =
  | 'choice' | 'text' | 'number' | 'money' | 'date' | 'identity_number' | 'phone' | 'yes_no' | 'place';

export interface Field {
  id: string;
  type: FieldType;
  required: boolean;
  min: number;
  max: number;
  ask: string;
  help: string;
  /** `leads_to`: no answer but a door to that service. */
  choices?: { id: string; word: string; leads_to?: string }[];
  when?: { field: string; equals: string };
}

export type ServiceKind = 'letter' | 'complaint' | 'levy_report';

export interface Service {
  id: string;
  kind: ServiceKind;
  icon: string;
  title: string;
  about: string;
  fee: number;
  target_days: number;
  applicant: boolean;
  anonymous_offered: boolean;
  confidential_offered: boolean;
  documents: { id: string; must: boolean; title: string }[];
  fields: Field[];
  lifecycle: string;
}

export type Role =
  | 'received' | 'working' | 'needs_person' | 'forwarded' | 'ready' | 'done' | 'refused' | 'cancelled';

export interface State {
  id: string;
  role: Role;
  step: boolean;
  word: string;
}

export interface Pack {
  language: string;
  direction: 'ltr' | 'rtl';
  consent_version: string;
  texts: Texts;
  identity: { length: number; groups: number[] };
  money: Money;
  utc_offset_minutes: number;
  hamlets: { id: string; name: string }[];
  applicant: Field[];
  services: Service[];
  lifecycles: { id: string; states: State[] }[];
}

export interface Start {
  token: string;
  default_language: string;
  languages: { tag: string; name: string; direction: 'ltr' | 'rtl' }[];
  village: { name: string; example: boolean; office_hours: string; phone: string };
  idle: { personal_s: number; neutral_s: number; warn_s: number };
  panel: { mm: number };
}

export interface Health {
  box: boolean;
  waiting: number;
  last_contact: number;
  now: number;
}

export interface Accepted {
  code: string;
  receipt: string;
  target_days: number;
}

export interface CaseStatus {
  lifecycle: string;
  state: string;
  since: number;
  history: { state: string; at: number }[];
  full: boolean;
  service?: string;
  reason?: string;
  answer?: string;
}
