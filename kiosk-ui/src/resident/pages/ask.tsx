// One question on one page. The server's rule decides; what was typed stays until it is right.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { DigitPad } from '../../components/digit_pad/digit_pad';
import { Icon } from '../../components/icon/icon';
import { LetterPad } from '../../components/letter_pad/letter_pad';
import { Note } from '../../components/note/note';
import { Tap } from '../../components/tap/tap';
import { Tiles } from '../../components/tiles/tiles';
import type { Tile } from '../../components/tiles/tiles';
import { dateFromDigits, digitsFromDate, isoOf, momentOf } from '../../shared/dates';
import { onlyDigits } from '../../shared/digits';
import { stepOf } from '../flow';
import type { Draft, Step } from '../flow';
import { pictureFor, useKiosk } from '../kiosk';
import type { Field } from '../types';
import { DateBoxes, GroupBoxes, MoneyBox, PlainBox, ShowKey } from './boxes';
import { failureWords } from './failure_words';
import { Frame, Heading, NextButton } from './frame';
import { Progress } from './progress';

interface Entry {
  value: string;
  fault: string;
  busy: boolean;
  set: (value: string) => void;
  /** Checks the value and goes on; an empty optional answer needs no check. */
  submit: (value: string) => void;
  /** Says what is wrong without asking the server. */
  refuse: (text: string) => void;
}

function useEntry(draft: Draft, step: Step, field: string, known: string, optional: boolean, given: string | undefined,
  change: (canonical: string) => Partial<Draft>): Entry {
  const { t, api, pack, session } = useKiosk();
  const [value, setValue] = useState(draft.typed[step] ?? known);
  const [fault, setFault] = useState(given ?? '');
  const [busy, setBusy] = useState(false);

  const pass = (canonical: string) => {
    // The page may be gone by now: finished, wiped, gone back.
    if (session.draft?.once !== draft.once || session.page.name !== 'form' || session.page.step !== step) return;
    const { [step]: _dropped, ...typed } = session.draft.typed;
    session.pass(pack, { ...change(canonical), typed });
  };
  const submit = async (now: string) => {
    if (busy) return;
    if (now === '' && optional) return pass('');
    setBusy(true);
    setFault('');
    const answer = await api.post<{ canonical?: string }>('check', { service: draft.service.id, field, value: now });
    setBusy(false);
    if (answer.ok) return pass(answer.value.canonical ?? now);
    setFault(answer.failure.fields.find((one) => one.field === field)?.text || failureWords(t, answer.failure));
  };
  return {
    value, fault, busy, submit,
    set(next) {
      setValue(next);
      setFault('');
      session.type(step, next);
    },
    refuse: setFault,
  };
}

export function Ask({ draft, field, fault }: { draft: Draft; field: Field; fault: string | undefined }) {
  const { t, pack, session } = useKiosk();
  const order = t('kiosk.date.order') || 'dmy';
  const answer = draft.answers[field.id] ?? '';
  const known = field.type === 'date' ? digitsFromDate(answer, order)
    : ['identity_number', 'phone', 'number', 'money'].includes(field.type) ? onlyDigits(answer) : answer;
  const entry = useEntry(draft, stepOf(field), field.id, known, !field.required, fault,
    (canonical) => ({ answers: { ...draft.answers, [field.id]: canonical } }));
  const passed = draft.passed.includes(stepOf(field));

  if (field.type === 'choice' || field.type === 'yes_no' || field.type === 'place') {
    let tiles: Tile[];
    if (field.type === 'yes_no') {
      tiles = [
        { id: 'yes', word: t('kiosk.yes'), icon: 'tick', tone: 'tone-leaf' },
        { id: 'no', word: t('kiosk.no'), icon: 'cross', tone: 'tone-clay' },
      ];
    } else if (field.type === 'place') {
      tiles = pack.hamlets.map((one) => ({ id: one.id, word: one.name, icon: 'village', tone: 'tone-leaf' }));
    } else {
      tiles = (field.choices ?? []).map((one) => ({ id: one.id, word: one.word, icon: pictureFor(t, one.id), tone: 'tone-sea' }));
    }
    return (
      <Frame class="choose">
        <Progress draft={draft} step={stepOf(field)} />
        <Heading small>{field.ask}</Heading>
        {entry.fault !== '' && <Note text={entry.fault} />}
        <Tiles more={t('kiosk.more')} disabled={entry.busy}
          tiles={tiles.map((tile) => ({ ...tile, chosen: passed && answer === tile.id }))}
          onChoose={(id) => {
            const door = field.choices?.find((one) => one.id === id)?.leads_to;
            const other = door ? pack.services.find((one) => one.id === door) : undefined;
            if (other) session.lead(other);
            else void entry.submit(id);
          }} />
        {!field.required && (
          <div class="actions">
            <Tap id="skip" class="secondary" disabled={entry.busy} onTap={() => void entry.submit('')}>
              <span>{t('kiosk.skip')}</span><Icon name="next" />
            </Tap>
          </div>
        )}
      </Frame>
    );
  }
  if (field.type === 'text') return <AskText draft={draft} field={field} entry={entry} />;
  return <AskDigits draft={draft} field={field} entry={entry} order={order} />;
}

function AskText({ draft, field, entry }: { draft: Draft; field: Field; entry: Entry }) {
  const { t } = useKiosk();
  const story = field.max === 0 || field.max > 80;
  const submit = () => entry.submit(entry.value.trim());
  const length = [...entry.value].length;
  return (
    <Frame class="write">
      <div class="top">
        <Heading small>{field.ask}</Heading>
        <Progress draft={draft} step={stepOf(field)} />
      </div>
      <div class="line">
        <TextLine value={entry.value} label={field.ask} wrong={entry.fault !== ''} />
        {field.max > 0 && length > field.max * 0.7 && <span class="count">{`${length}/${field.max}`}</span>}
        {entry.fault !== '' && <Note text={entry.fault} />}
      </div>
      <LetterPad value={entry.value} max={field.max} story={story} letters={t('kiosk.keys.letters')} signs={t('kiosk.keys.signs')}
        words={{ erase: t('kiosk.keys.erase'), space: t('kiosk.keys.space'), other: t('kiosk.keys.other') }}
        disabled={entry.busy} onChange={entry.set} onEnter={() => void submit()}>
        {entry.value.trim() === '' && !field.required
          ? <Tap id="skip" class="secondary" disabled={entry.busy} onTap={submit}><span>{t('kiosk.skip')}</span><Icon name="next" /></Tap>
          : <NextButton word={t('kiosk.next')} busy={entry.busy} disabled={entry.value.trim() === ''} onTap={submit} />}
      </LetterPad>
    </Frame>
  );
}

/** Not an input: nothing of it is offered to, or kept by, the browser. Its end is always in view. */
function TextLine({ value, label, wrong }: { value: string; label: string; wrong: boolean }) {
  return (
    <div class={`text-line ${wrong ? 'wrong' : ''}`} role="textbox" aria-readonly="true" aria-label={label} data-id="value"
      data-value={value}>
      <span dir="auto">{value}<i class="caret" /></span>
    </div>
  );
}

function AskDigits({ draft, field, entry, order }: { draft: Draft; field: Field; entry: Entry; order: string }) {
  const { t, pack, nowS } = useKiosk();
  const [shown, setShown] = useState(false);
  const type = field.type;
  const max = type === 'identity_number' ? pack.identity.length : type === 'date' ? 8 : type === 'phone' ? 15
    : field.max > 0 ? String(field.max).length : 12;
  const submit = () => {
    if (type !== 'date' || entry.value === '') return entry.submit(entry.value);
    const iso = dateFromDigits(entry.value, order);
    if (iso === null) return entry.refuse(t('kiosk.date.wrong'));
    return entry.submit(iso);
  };
  const today = digitsFromDate(isoOf(momentOf(nowS(), pack.utc_offset_minutes)), order);
  return (
    <Split draft={draft} step={stepOf(field)} ask={field.ask} entry={entry} max={max} optional={!field.required}
      skip={t(type === 'money' || type === 'number' ? 'kiosk.unknown' : 'kiosk.skip')} onSubmit={submit}
      extra={type === 'money' ? { keys: '000', word: '000' }
        : type === 'identity_number' ? <ShowKey shown={shown} disabled={entry.value === ''} onToggle={() => setShown(!shown)} /> : undefined}>
      {type === 'identity_number' && <GroupBoxes value={entry.value} groups={pack.identity.groups} wrong={entry.fault !== ''} masked shown={shown} />}
      {type === 'date' && (
        <>
          <DateBoxes value={entry.value} order={order} wrong={entry.fault !== ''} />
          {entry.value === '' && (
            <Tap id="today" class="secondary small" onTap={() => entry.set(today)}><Icon name="calendar" /><span>{t('kiosk.date.today')}</span></Tap>
          )}
        </>
      )}
      {type === 'money' && <MoneyBox value={entry.value} money={pack.money} wrong={entry.fault !== ''} />}
      {(type === 'phone' || type === 'number') && <PlainBox value={entry.value} wrong={entry.fault !== ''} />}
    </Split>
  );
}

/** Question on one side, keypad on the other. */
function Split({ draft, step, ask, entry, max, optional, skip, extra, onSubmit, children }: {
  draft: Draft; step: Step; ask: string; entry: Entry; max: number; optional: boolean; skip: string;
  extra?: { keys: string; word: string } | ComponentChildren; onSubmit: () => void; children: ComponentChildren;
}) {
  const { t } = useKiosk();
  return (
    <Frame class="split">
      <section class="question">
        <Progress draft={draft} step={step} />
        <Heading small>{ask}</Heading>
        {children}
        {entry.fault !== '' && <Note text={entry.fault} />}
        <div class="actions">
          {optional && entry.value === ''
            ? <Tap id="skip" class="secondary" disabled={entry.busy} onTap={onSubmit}><span>{skip}</span><Icon name="next" /></Tap>
            : <NextButton word={t('kiosk.next')} busy={entry.busy} disabled={entry.value === ''} onTap={onSubmit} />}
        </div>
      </section>
      <DigitPad value={entry.value} max={max} erase={t('kiosk.keys.erase')} disabled={entry.busy} extra={extra}
        onChange={entry.set} onEnter={onSubmit} />
    </Frame>
  );
}

/** A telephone to tell when something changes: offered, never needed. */
export function Notify({ draft, fault }: { draft: Draft; fault: string | undefined }) {
  const { t } = useKiosk();
  const entry = useEntry(draft, 'notify', 'notify_phone', onlyDigits(draft.notify), true, fault, (canonical) => ({ notify: canonical }));
  return (
    <Split draft={draft} step="notify" ask={t('kiosk.notify.ask')} entry={entry} max={15} optional skip={t('kiosk.notify.skip')}
      onSubmit={() => entry.submit(entry.value)}>
      <PlainBox value={entry.value} wrong={entry.fault !== ''} icon="message" />
      {entry.value === '' && <p class="hint">{t('kiosk.notify.hint')}</p>}
    </Split>
  );
}
