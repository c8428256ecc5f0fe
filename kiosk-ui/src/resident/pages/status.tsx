// Where is my request? Eight digits say how it stands; the sixteen of the receipt also say why.

import { useEffect, useState } from 'preact/hooks';
import { DigitPad } from '../../components/digit_pad/digit_pad';
import { Icon } from '../../components/icon/icon';
import { Note } from '../../components/note/note';
import { Paged } from '../../components/paged/paged';
import { dayWords, momentOf } from '../../shared/dates';
import { useKiosk } from '../kiosk';
import { marksOf } from '../stepper';
import type { CaseStatus } from '../types';
import { failureWords } from './failure_words';
import { GroupBoxes } from './boxes';
import { Frame, Heading, NextButton } from './frame';

export function Status() {
  const { t, session, api } = useKiosk();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const [waitS, setWaitS] = useState(0);
  const code = session.code;
  const whole = code.length === 8 || code.length === 16;

  useEffect(() => {
    if (waitS <= 0) return;
    const id = setTimeout(() => setWaitS(waitS - 1), 1000);
    return () => clearTimeout(id);
  }, [waitS]);

  const find = async () => {
    if (busy || !whole || waitS > 0) return;
    setBusy(true);
    setFault('');
    const answer = await api.post<CaseStatus>('status', { digits: code });
    setBusy(false);
    if (session.page.name !== 'status' || session.code !== code) return;
    if (answer.ok) return session.go({ name: 'case', found: answer.value });
    if (answer.failure.status === 429) setWaitS(answer.failure.retryAfterS);
    setFault(answer.failure.text || (answer.failure.status === 404 ? t('kiosk.status.unknown') : failureWords(t, answer.failure)));
  };
  const set = (digits: string) => {
    session.setCode(digits);
    if (waitS === 0) setFault('');
  };
  return (
    <Frame class="split">
      <section class="question">
        <Heading small>{t('kiosk.status.ask')}</Heading>
        <GroupBoxes value={code} groups={code.length > 8 ? [4, 4, 4, 4] : [4, 4]} wrong={fault !== ''} />
        {fault === '' ? <p class="hint">{t('kiosk.status.hint')}</p> : <Note text={waitS > 0 ? `${fault} (${waitS})` : fault} />}
        <div class="actions">
          <NextButton word={t('kiosk.status.find')} icon="status" busy={busy} disabled={!whole || waitS > 0} onTap={() => void find()} />
        </div>
      </section>
      <DigitPad value={code} max={16} erase={t('kiosk.keys.erase')} disabled={busy} onChange={set} onEnter={() => void find()} />
    </Frame>
  );
}

export function Case({ found }: { found: CaseStatus }) {
  const { t, pack, start } = useKiosk();
  const marks = marksOf(pack, found);
  const now = marks.find((mark) => mark.place === 'now');
  const day = (at: number | null) => (at === null || at <= 0 ? '' : dayWords(t, 'kiosk', momentOf(at, pack.utc_offset_minutes)));
  const service = pack.services.find((one) => one.id === found.service);
  const told = now ? t(`kiosk.status.role.${now.state.role}`, { hours: start.village.office_hours }) : t('kiosk.status.plain');
  return (
    <Frame class="case">
      <header class={`title role-${now?.state.role ?? 'working'}`}>
        <span class="picture"><Icon name={now?.state.role ?? 'working'} class="huge" /></span>
        <div>
          {service && <small>{service.title}</small>}
          <Heading>{now?.state.word ?? found.state}</Heading>
          <small>{t('kiosk.status.since', { day: day(found.since) })}</small>
        </div>
      </header>
      <ol class={`stepper s${marks.length}`}>
        {marks.map((mark) => (
          <li key={mark.state.id} class={mark.place} aria-current={mark.place === 'now' ? 'step' : undefined}>
            <span class="dot"><Icon name={mark.place === 'past' ? 'tick' : mark.state.role} /></span>
            <b>{mark.state.word}</b>
            <small>{mark.place === 'past' ? day(mark.at) : ''}</small>
          </li>
        ))}
      </ol>
      <Paged more={t('kiosk.more')}>
        <p class="lead">{told}</p>
        {found.full && found.reason ? <p class="said part"><b>{t('kiosk.status.reason')}</b> <bdi>{found.reason}</bdi></p> : null}
        {found.full && found.answer ? <p class="said part"><b>{t('kiosk.status.answer')}</b> <bdi>{found.answer}</bdi></p> : null}
        {!found.full && <p class="hint part">{t('kiosk.status.more')}</p>}
      </Paged>
    </Frame>
  );
}
