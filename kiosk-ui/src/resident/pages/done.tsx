// It is kept: the codes, what they are for, and what happens now.

import { Icon } from '../../components/icon/icon';
import { Tap } from '../../components/tap/tap';
import { dayWords, momentOf } from '../../shared/dates';
import { byFour } from '../../shared/digits';
import { useKiosk } from '../kiosk';
import type { Accepted, Service } from '../types';
import { Frame, Heading } from './frame';

export function Done({ accepted, service, at }: { accepted: Accepted; service: Service; at: number }) {
  const { t, pack, start, finish } = useKiosk();
  const letter = service.kind === 'letter';
  return (
    <>
      <Frame class="done">
        <header class="title good"><Icon name="done" class="huge" /><Heading small>{t('kiosk.done.title')}</Heading></header>
        <div class="codes">
          <section class="code">
            <small>{t('kiosk.done.code')}</small>
            <strong dir="ltr" data-id="code">{byFour(accepted.code).split(' ').map((group) => <span key={group}>{group}</span>)}</strong>
          </section>
          <section class="receipt">
            <small>{t('kiosk.done.receipt')}</small>
            <strong dir="ltr" data-id="receipt">{byFour(accepted.receipt)}</strong>
            <p>{t('kiosk.done.receipt_use')}</p>
          </section>
        </div>
        <Way service={service} days={accepted.target_days} />
        {letter && service.fee === 0 && <p class="free"><Icon name="coin" /><span>{t('kiosk.done.free')}</span></p>}
        <div class="actions equal">
          <Tap id="print" class="choice" onTap={() => window.print()}><Icon name="print" /><span>{t('kiosk.done.print')}</span></Tap>
          <Tap id="done" class="choice primary" onTap={finish}><Icon name="tick" /><span>{t('kiosk.bar.finish')}</span></Tap>
        </div>
      </Frame>
      <section class="slip" aria-hidden="true">
        <h2>{start.village.name}</h2>
        {start.village.example && <p>{t('kiosk.home.example')}</p>}
        <p>{dayWords(t, 'kiosk', momentOf(at, pack.utc_offset_minutes))}</p>
        {/* A report's name on paper could hurt who carries it. */}
        {letter && <p>{service.title}</p>}
        <p>{t('kiosk.done.code')}</p>
        <strong dir="ltr">{byFour(accepted.code)}</strong>
        <p>{t('kiosk.done.receipt')}</p>
        <b dir="ltr">{byFour(accepted.receipt)}</b>
        <p>{t('kiosk.done.receipt_use')}</p>
        {letter && service.fee === 0 && <p>{t('kiosk.done.free')}</p>}
        <p>{t('kiosk.slip.ask', { phone: start.village.phone, hours: start.village.office_hours })}</p>
      </section>
    </>
  );
}

/** What happens next, in three pictures. */
export function Way({ service, days }: { service: Service; days: number }) {
  const { t } = useKiosk();
  const letter = service.kind === 'letter';
  const kind = letter ? 'letter' : service.kind === 'levy_report' ? 'levy' : 'complaint';
  return (
    <ol class="way">
      {(letter ? ['working', 'edit', 'ready'] : ['received', 'working', 'message']).map((icon, i) => (
        <li key={icon}>
          <span class="picture"><Icon name={icon} /></span>
          <span>{t(`kiosk.done.${kind}.${i + 1}`, { n: days })}</span>
        </li>
      ))}
    </ol>
  );
}
