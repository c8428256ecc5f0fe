// One case: what was said, what happened, and what can happen next.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon/icon';
import { byFour } from '../shared/digits';
import { useDesk, whenWords } from './desk';
import { stateOf } from './types';
import type { Detail } from './types';

/** Answers that identify a person at once stay covered until they are needed. */
export const isCovered = (answer: { field: string; value: string }): boolean => /^[0-9]{8,}$/.test(answer.value.replace(/[ .-]/g, ''))
  || answer.value.startsWith('+');

export function CasePage({ id, resumed, onClose }: { id: string; resumed: boolean; onClose: () => void }) {
  const desk = useDesk();
  const { t, pack, api } = desk;
  const [item, setItem] = useState<Detail | null>(null);
  const [fault, setFault] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);

  const load = async () => {
    setFault('');
    const answer = await api.get<Detail>(`cases/${id}`);
    if (answer.ok) setItem(answer.value);
    else setFault(desk.failed(answer.failure));
  };
  useEffect(() => {
    if (resumed && item === null) void load();
  }, [resumed, pack]);
  useEffect(() => heading.current?.focus(), [item === null]);

  const service = item && pack.services.find((one) => one.id === item.service);
  const state = item && stateOf(pack, item.lifecycle, item.state);
  return (
    <main class="case">
      <button type="button" class="plain" data-id="close" onClick={onClose}><Icon name="back" /><span>{t('desk.case.back')}</span></button>
      {fault !== '' && <p class="fault" role="alert"><Icon name="warn" />{fault}</p>}
      {item && (
        <>
          <header>
            <h1 ref={heading} tabIndex={-1}><span dir="ltr">{byFour(item.code)}</span> <small>{service?.title ?? item.service}</small></h1>
            <p class="badges">
              <span class={`state role-${state?.role ?? ''}`} data-id="state">{state?.word ?? item.state}</span>
              {item.overdue && <span class="late"><Icon name="warn" />{t('desk.list.overdue')}</span>}
              {item.anonymous && <span class="badge"><Icon name="hidden_person" />{t('desk.case.anonymous')}</span>}
              {item.confidential && <span class="badge"><Icon name="lock" />{t('desk.case.confidential')}</span>}
              {item.notify && <span class="badge"><Icon name="message" />{t('desk.case.notify')}</span>}
            </p>
          </header>
          <div class="columns">
            <div>
              <section class="panel">
                <h2>{t('desk.case.answers')}</h2>
                <dl class="answers">
                  {item.answers.map((answer) => <Answer key={answer.field} answer={answer} />)}
                  {item.answers.length === 0 && <p class="quiet">{t('desk.case.no_answers')}</p>}
                </dl>
              </section>
              <History item={item} />
            </div>
            <div>
              <Move key={item.version} item={item} onMoved={setItem} onReload={() => void load()} />
              <section class="panel">
                <h2>{t('desk.case.about')}</h2>
                <dl class="facts">
                  <dt>{t('desk.list.village')}</dt><dd>{item.village}</dd>
                  <dt>{t('desk.list.received')}</dt><dd>{whenWords(desk, item.received_at)}</dd>
                  {item.due_at > 0 && <><dt>{t('desk.list.due')}</dt><dd>{whenWords(desk, item.due_at, false)}</dd></>}
                  <dt>{t('desk.case.channel')}</dt><dd>{t(`desk.channel.${item.channel}`) || item.channel}</dd>
                  {item.sender_alias !== '' && <><dt>{t('desk.case.sender')}</dt><dd>{item.sender_alias}</dd></>}
                  {item.language !== '' && <><dt>{t('desk.language')}</dt><dd>{item.language}</dd></>}
                  {item.consent_version !== '' && <><dt>{t('desk.case.consent')}</dt><dd>{item.consent_version}</dd></>}
                </dl>
              </section>
            </div>
          </div>
        </>
      )}
    </main>
  );
}

function Answer({ answer }: { answer: Detail['answers'][number] }) {
  const { t } = useDesk();
  const [shown, setShown] = useState(false);
  const words = answer.words || answer.value;
  const covered = isCovered(answer);
  return (
    <>
      <dt>{answer.ask}</dt>
      <dd>
        <bdi data-id={`answer-${answer.field}`}>{covered && !shown ? words.replace(/[0-9](?=(?:[^0-9]*[0-9]){4})/g, '•') : words}</bdi>
        {covered && (
          <button type="button" class="plain" data-id={`show-${answer.field}`} onClick={() => setShown(!shown)}>
            <Icon name={shown ? 'eye_shut' : 'eye'} /><span>{t(shown ? 'desk.case.hide' : 'desk.case.show')}</span>
          </button>
        )}
      </dd>
    </>
  );
}

function History({ item }: { item: Detail }) {
  const desk = useDesk();
  const { t, pack } = desk;
  const word = (state: string) => stateOf(pack, item.lifecycle, state)?.word ?? state;
  return (
    <section class="panel">
      <h2>{t('desk.case.history')}</h2>
      <ol class="history">
        {[...item.events].reverse().map((event) => (
          <li key={`${event.at}-${event.to}`}>
            <p><b>{word(event.to)}</b> <small>{whenWords(desk, event.at)} · {event.officer}</small></p>
            {event.reason !== '' && <p class="said"><small>{t('desk.case.reason')}</small> <bdi>{event.reason}</bdi></p>}
            {event.answer !== '' && <p class="said"><small>{t('desk.case.answer')}</small> <bdi>{event.answer}</bdi></p>}
          </li>
        ))}
        <li><p><b>{t('desk.case.arrived')}</b> <small>{whenWords(desk, item.received_at)}</small></p></li>
      </ol>
    </section>
  );
}

function Move({ item, onMoved, onReload }: { item: Detail; onMoved: (item: Detail) => void; onReload: () => void }) {
  const desk = useDesk();
  const { t, api, pack } = desk;
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [answer, setAnswer] = useState('');
  const [fault, setFault] = useState('');
  const [conflict, setConflict] = useState(false);
  const [busy, setBusy] = useState(false);
  const step = item.next.find((one) => one.state === to);

  const move = async (event: Event) => {
    event.preventDefault();
    if (!step || busy) return;
    if (step.reason_required && reason.trim() === '') return setFault(t('desk.move.reason_missing'));
    setBusy(true);
    setFault('');
    const done = await api.post<Detail>(`cases/${item.id}/move`, { to, reason: reason.trim(), answer: answer.trim(), version: item.version });
    setBusy(false);
    if (done.ok) return onMoved(done.value);
    if (done.failure.status === 409) setConflict(true);
    setFault(done.failure.status === 409 ? t('desk.move.conflict')
      : done.failure.fields.find((one) => one.text !== '')?.text
        || (done.failure.status === 422 ? done.failure.text || t('desk.move.refused') : desk.failed(done.failure)));
  };

  return (
    <section class="panel move">
      <h2>{t('desk.move.title')}</h2>
      {item.next.length === 0 && <p class="quiet">{t('desk.move.none')}</p>}
      <form onSubmit={(event) => void move(event)}>
        <div class="steps" role="group" aria-label={t('desk.move.title')}>
          {item.next.map((one) => (
            <button type="button" key={one.state} data-id={`to-${one.state}`} aria-pressed={to === one.state}
              class={`role-${stateOf(pack, item.lifecycle, one.state)?.role ?? ''}`}
              onClick={() => {
                setTo(one.state);
                setFault('');
              }}><Icon name="next" /><span>{one.word}</span></button>
          ))}
        </div>
        {step && (
          <>
            <label><span>{t(step.reason_required ? 'desk.move.reason_must' : 'desk.move.reason')}</span>
              <textarea name="reason" rows={2} maxLength={500} autocomplete="off" dir="auto" value={reason}
                onInput={(event) => setReason(event.currentTarget.value)} /></label>
            <label><span>{t('desk.move.answer')}</span>
              <textarea name="answer" rows={3} maxLength={1000} autocomplete="off" dir="auto" value={answer}
                onInput={(event) => setAnswer(event.currentTarget.value)} /></label>
            <p class="quiet">{t('desk.move.public')}</p>
          </>
        )}
        {fault !== '' && <p class="fault" role="alert"><Icon name="warn" />{fault}</p>}
        {conflict
          ? <button type="button" class="strong" data-id="reload" onClick={onReload}>{t('desk.move.reload')}</button>
          : step && <button type="submit" class="strong" data-id="move" disabled={busy}>{t('desk.move.do', { state: step.word })}</button>}
      </form>
    </section>
  );
}
