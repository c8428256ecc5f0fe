// Everything once more before it is sent; each line can be changed.

import { useState } from 'preact/hooks';
import { Icon } from '../../components/icon/icon';
import { Note } from '../../components/note/note';
import { Paged } from '../../components/paged/paged';
import { Tap } from '../../components/tap/tap';
import { dayOf, dayWords } from '../../shared/dates';
import { maskedIdentity, moneyWords, onlyDigits } from '../../shared/digits';
import { answersToSend, stepAfter, stepOf, visibleFields } from '../flow';
import type { Draft } from '../flow';
import { useKiosk } from '../kiosk';
import type { Kiosk } from '../kiosk';
import type { Accepted, Field, Pack } from '../types';
import { failureWords } from './failure_words';
import { Frame, Heading, NextButton } from './frame';

export function answerWords(t: Kiosk['t'], pack: Pack, field: Field, value: string): string {
  if (value === '') return t('kiosk.check.none');
  if (field.type === 'choice') return field.choices?.find((one) => one.id === value)?.word ?? value;
  if (field.type === 'place') return pack.hamlets.find((one) => one.id === value)?.name ?? value;
  if (field.type === 'yes_no') return t(value === 'yes' ? 'kiosk.yes' : 'kiosk.no');
  if (field.type === 'money') return moneyWords(onlyDigits(value), pack.money);
  if (field.type === 'identity_number') return maskedIdentity(value, pack.identity.groups);
  const day = field.type === 'date' ? dayOf(value) : null;
  return day ? dayWords(t, 'kiosk', day) : value;
}

export function Check({ draft }: { draft: Draft }) {
  const { t, pack, session, api, nowS } = useKiosk();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');

  const send = async () => {
    if (busy) return;
    const open = stepAfter(pack, draft, 'check', true);
    if (open !== 'check') return session.change(open);
    setBusy(true);
    setFault('');
    const answer = await api.post<Accepted>('requests', {
      once: draft.once,
      service: draft.service.id,
      answers: answersToSend(pack, draft),
      anonymous: draft.anonymous,
      confidential: draft.confidential,
      notify_phone: draft.anonymous ? '' : draft.notify,
      consent_version: draft.consent,
      assisted: false,
    });
    setBusy(false);
    // Finished or wiped meanwhile: the codes must not appear before whoever stands here now.
    if (session.draft?.once !== draft.once) return;
    if (answer.ok) return session.finish(answer.value, draft.service, nowS());
    const first = answer.failure.fields[0];
    if (answer.failure.status === 422 && first) {
      if (first.field === 'notify_phone') return session.change('notify', [first]);
      const field = visibleFields(pack, draft).find((one) => one.id === first.field);
      if (field) return session.change(stepOf(field), [first]);
    }
    setFault(failureWords(t, answer.failure));
  };

  const rows: { step: string; ask: string; words: string }[] = [];
  for (const field of visibleFields(pack, draft)) {
    rows.push({ step: stepOf(field), ask: field.ask, words: answerWords(t, pack, field, draft.answers[field.id] ?? '') });
  }
  if (draft.service.anonymous_offered || draft.service.confidential_offered) {
    const on = [draft.anonymous && t('kiosk.privacy.anonymous'), draft.confidential && t('kiosk.privacy.confidential')];
    rows.push({ step: 'privacy', ask: t('kiosk.privacy.title'), words: on.filter(Boolean).join(' · ') || t('kiosk.check.open') });
  }
  if (!draft.anonymous) {
    rows.push({ step: 'notify', ask: t('kiosk.notify.ask'), words: draft.notify === '' ? t('kiosk.check.none') : draft.notify });
  }
  return (
    <Frame class="check">
      <header class="title"><Heading small>{t('kiosk.check.title')}</Heading></header>
      <Paged more={t('kiosk.more')}>
        {rows.map((row) => (
          <Tap key={row.step} id={`change-${row.step}`} class="row answer" disabled={busy} label={t('kiosk.check.change', { what: row.ask })}
            onTap={() => session.change(row.step)}>
            <span class="said"><small>{row.ask}</small><b><bdi>{row.words}</bdi></b></span>
            <span class="pen"><Icon name="edit" /></span>
          </Tap>
        ))}
      </Paged>
      {fault !== '' && <Note text={fault} />}
      <div class="actions">
        <NextButton word={t(fault !== '' ? 'kiosk.check.again' : busy ? 'kiosk.check.sending' : 'kiosk.check.send')} icon="tick" busy={busy}
          onTap={() => void send()} />
      </div>
    </Frame>
  );
}
