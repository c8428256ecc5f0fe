// The steps of a request that are not questions: what it needs, consent, who may see it.

import { useState } from 'preact/hooks';
import { Icon } from '../../components/icon/icon';
import { Paged } from '../../components/paged/paged';
import { Tap } from '../../components/tap/tap';
import { moneyWords } from '../../shared/digits';
import type { Draft } from '../flow';
import { pictureFor, useKiosk } from '../kiosk';
import { Ask, Notify } from './ask';
import { Check } from './check';
import { Way } from './done';
import { Frame, Heading, NextButton } from './frame';
import { Progress } from './progress';
import type { Page } from '../session';

export function Form({ page, draft }: { page: Page & { name: 'form' }; draft: Draft }) {
  const { pack } = useKiosk();
  if (page.step === 'intro') return <Intro draft={draft} />;
  if (page.step === 'consent') return <Consent draft={draft} />;
  if (page.step === 'privacy') return <Privacy draft={draft} />;
  if (page.step === 'notify') return <Notify draft={draft} fault={page.faults?.[0]?.text} />;
  if (page.step === 'check') return <Check draft={draft} />;
  const id = page.step.slice('ask:'.length);
  const field = [...pack.applicant, ...draft.service.fields].find((one) => one.id === id);
  if (!field) return <Check draft={draft} />;
  return <Ask key={page.step} draft={draft} field={field} fault={page.faults?.[0]?.text} />;
}

const kTones: Record<string, string> = { letter: 'tone-sea', complaint: 'tone-sun', levy_report: 'tone-clay' };

function Intro({ draft }: { draft: Draft }) {
  const { t, pack, session } = useKiosk();
  const service = draft.service;
  return (
    <Frame class="info">
      <header class={`title ${kTones[service.kind]}`}>
        <span class="picture"><Icon name={pictureFor(t, service.icon, service.id) ?? 'letter'} class="huge" /></span>
        <Heading>{service.title}</Heading>
      </header>
      <Paged more={t('kiosk.more')}>
        {service.about !== '' && <p class="lead">{service.about}</p>}
        <ul class="facts">
          {service.kind === 'letter' && (
            <li class={service.fee === 0 ? 'good' : ''}>
              <Icon name="coin" />
              <b>{service.fee === 0 ? t('kiosk.intro.free') : t('kiosk.intro.fee', { amount: moneyWords(String(service.fee), pack.money) })}</b>
            </li>
          )}
          {service.target_days > 0 && (
            <li><Icon name="clock" /><span>{t('kiosk.intro.days', { n: service.target_days })}</span></li>
          )}
          {service.kind === 'levy_report' && <li><Icon name="lock" /><span>{t('kiosk.intro.sealed')}</span></li>}
        </ul>
        {service.kind !== 'letter' && <Way service={service} days={service.target_days} />}
        {service.documents.length > 0 && (
          <>
            <p class="part"><b>{t('kiosk.intro.bring')}</b></p>
            <ul class="papers">
              {service.documents.map((paper) => (
                <li key={paper.id} class="row">
                  <Icon name={pictureFor(t, paper.id) ?? 'letter'} />
                  <span>{paper.must ? paper.title : t('kiosk.intro.optional', { paper: paper.title })}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Paged>
      <div class="actions">
        <NextButton word={t('kiosk.intro.begin')} onTap={() => session.pass(pack)} />
      </div>
    </Frame>
  );
}

function Consent({ draft }: { draft: Draft }) {
  const { t, pack, session } = useKiosk();
  return (
    <Frame class="info">
      <Progress draft={draft} step="consent" />
      <Heading small>{t('kiosk.consent.title')}</Heading>
      <Paged more={t('kiosk.more')}>
        <ul class="points">
          {['what', 'why', 'who', 'keep', 'rights'].map((part) => (
            <li key={part} class="row">
              <Icon name={kConsentPictures[part] ?? 'letter'} /><span>{t(part === 'who' && draft.service.kind === 'levy_report' ? 'kiosk.intro.sealed' : `kiosk.consent.${part}`)}</span>
            </li>
          ))}
        </ul>
      </Paged>
      <div class="actions equal">
        <Tap id="refuse" class="choice" onTap={() => session.go({ name: 'refused' })}>
          <Icon name="cross" /><span>{t('kiosk.consent.refuse')}</span>
        </Tap>
        <Tap id="agree" class="choice" onTap={() => session.pass(pack, { consent: pack.consent_version })}>
          <Icon name="tick" /><span>{t('kiosk.consent.agree')}</span>
        </Tap>
      </div>
    </Frame>
  );
}

const kConsentPictures: Record<string, string> = {
  what: 'card', why: 'letter', who: 'lock', keep: 'calendar', rights: 'hand_heart',
};

/** Saying no is an answer: it is explained, and nothing was sent. */
export function Refused() {
  const { t, session, finish, start } = useKiosk();
  return (
    <Frame class="info">
      <header class="title"><Icon name="person" class="huge" /><Heading small>{t('kiosk.refused.title')}</Heading></header>
      <Paged more={t('kiosk.more')}>
        <p class="lead">{t('kiosk.refused.text')}</p>
        <p class="lead">{t('kiosk.refused.office', { hours: start.village.office_hours })}</p>
      </Paged>
      <div class="actions equal">
        <Tap id="again" class="choice" onTap={() => session.back()}><Icon name="back" /><span>{t('kiosk.refused.again')}</span></Tap>
        <Tap id="stop" class="choice" onTap={finish}><Icon name="leave" /><span>{t('kiosk.bar.finish')}</span></Tap>
      </div>
    </Frame>
  );
}

/** Two questions, not one: who I am, and what I write. */
function Privacy({ draft }: { draft: Draft }) {
  const { t, pack, session } = useKiosk();
  const [anonymous, setAnonymous] = useState(draft.anonymous);
  const [confidential, setConfidential] = useState(draft.confidential);
  return (
    <Frame class="info">
      <Progress draft={draft} step="privacy" />
      <Heading small>{t('kiosk.privacy.title')}</Heading>
      <div class="switches">
        {draft.service.anonymous_offered && (
          <Switch id="anonymous" icon={anonymous ? 'hidden_person' : 'person'} on={anonymous} word={t('kiosk.privacy.anonymous')}
            note={t(anonymous ? 'kiosk.privacy.anonymous_on' : 'kiosk.privacy.anonymous_off')} onTap={() => setAnonymous(!anonymous)} />
        )}
        {draft.service.confidential_offered && (
          <Switch id="confidential" icon={confidential ? 'lock' : 'open_lock'} on={confidential} word={t('kiosk.privacy.confidential')}
            note={t(confidential ? 'kiosk.privacy.confidential_on' : 'kiosk.privacy.confidential_off')} onTap={() => setConfidential(!confidential)} />
        )}
      </div>
      <div class="actions">
        <NextButton word={t('kiosk.next')} onTap={() => session.pass(pack, anonymous
          ? { anonymous, confidential, notify: '' } : { anonymous, confidential })} />
      </div>
    </Frame>
  );
}

function Switch({ id, icon, on, word, note, onTap }: {
  id: string; icon: string; on: boolean; word: string; note: string; onTap: () => void;
}) {
  return (
    <Tap id={id} class={`switch ${on ? 'on' : ''}`} pressed={on} onTap={onTap}>
      <Icon name={icon} class="huge" />
      <span class="word"><b>{word}</b><small>{note}</small></span>
      <span class="lever"><i><Icon name={on ? 'tick' : 'cross'} /></i></span>
    </Tap>
  );
}
