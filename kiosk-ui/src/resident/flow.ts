// What is asked, in which order. Pure: pages only draw what this says.

import type { Field, Pack, Service } from './types';

export interface Draft {
  service: Service;
  /** Makes sending twice harmless; made when the form is opened. */
  once: string;
  answers: Record<string, string>;
  anonymous: boolean;
  confidential: boolean;
  /** The version of the words that the person agreed to; empty before. */
  consent: string;
  notify: string;
  /** What stands in the fields before it is checked, by step; kept while a person goes back and forth. */
  typed: Record<string, string>;
  /** Steps that the person has left by "next": an optional question may stay empty, but not unseen. */
  passed: string[];
}

/** "intro", "consent", "privacy", "notify", "check", or "ask:<field id>". */
export type Step = string;

export const stepOf = (field: Field): Step => `ask:${field.id}`;

export function openDraft(service: Service, once: string): Draft {
  return {
    service,
    once,
    answers: {},
    anonymous: false,
    // Who reports an illegal levy is protected unless they say otherwise.
    confidential: service.kind === 'levy_report' && service.confidential_offered,
    consent: '',
    notify: '',
    typed: {},
    passed: [],
  };
}

/** The questions that apply now. One that hangs on an unasked question is not asked either. */
export function visibleFields(pack: Pack, draft: Draft): Field[] {
  const all = [...(draft.service.applicant && !draft.anonymous ? pack.applicant : []), ...draft.service.fields];
  const shown: Field[] = [];
  for (const field of all) {
    const when = field.when;
    if (when) {
      const asked = shown.some((other) => other.id === when.field);
      if (!asked || draft.answers[when.field] !== when.equals) continue;
    }
    shown.push(field);
  }
  return shown;
}

export function stepsOf(pack: Pack, draft: Draft): Step[] {
  const steps: Step[] = ['intro', 'consent'];
  if (draft.service.anonymous_offered || draft.service.confidential_offered) steps.push('privacy');
  for (const field of visibleFields(pack, draft)) steps.push(stepOf(field));
  // A telephone number would undo the choice to stay unknown.
  if (!draft.anonymous) steps.push('notify');
  steps.push('check');
  return steps;
}

/** Where "next" leads: the step after this one, or, while changing one answer, the first that is still open. */
export function stepAfter(pack: Pack, draft: Draft, step: Step, changing: boolean): Step {
  const steps = stepsOf(pack, draft);
  if (changing) return steps.find((one) => one === 'check' || !draft.passed.includes(one)) ?? 'check';
  return steps[steps.indexOf(step) + 1] ?? 'check';
}

/** Only what is asked now: an answer to a question that no longer applies is not sent. */
export function answersToSend(pack: Pack, draft: Draft): Record<string, string> {
  const out: Record<string, string> = {};
  for (const field of visibleFields(pack, draft)) {
    const value = draft.answers[field.id];
    if (value !== undefined && value !== '') out[field.id] = value;
  }
  return out;
}

/** Questions of this form that count in "3 of 6". */
export const countedSteps = (pack: Pack, draft: Draft): Step[] =>
  stepsOf(pack, draft).filter((step) => step !== 'intro');
