// What a person has typed, written as people write it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon/icon';
import { Key } from '../../components/tap/tap';
import { hiddenFrom, inGroups, thousands } from '../../shared/digits';
import type { Money } from '../../shared/digits';
import { useKiosk } from '../kiosk';

/** A digit is read for two seconds, then only by who asks to see it: others stand behind. */
export const kReadableMs = 2000;

export function GroupBoxes({ value, groups, wrong, masked = false, shown = false }: {
  value: string; groups: number[]; wrong: boolean; masked?: boolean; shown?: boolean;
}) {
  const { t } = useKiosk();
  const typedAt = useRef<number[]>([]);
  const [, redraw] = useState(0);
  const now = performance.now();
  // A value from before (after "back") counts as typed long ago.
  const seen = useRef(value.length);
  if (value.length > seen.current) for (let i = seen.current; i < value.length; i++) typedAt.current[i] = now;
  seen.current = value.length;

  useEffect(() => {
    if (!masked || shown || value === '') return;
    const id = setTimeout(() => redraw((n) => n + 1), kReadableMs + 20);
    return () => clearTimeout(id);
  }, [value, shown]);

  const times = Array.from({ length: value.length }, (_, i) => typedAt.current[i] ?? -kReadableMs);
  const hidden = masked && !shown ? hiddenFrom(value.length, groups, times, now, kReadableMs) : [];
  const total = groups.reduce((sum, size) => sum + size, 0);
  let at = 0;
  return (
    <div class="boxes-line">
      <div class={`boxes g${groups.length} ${wrong ? 'wrong' : ''}`} role="textbox" aria-readonly="true" dir="ltr"
        aria-label={t('kiosk.counter', { n: value.length, total })}>
        {inGroups(value, groups).map((group, g) => {
          const size = groups[g] ?? group.length;
          return (
            <span class="box" key={g}>
              {Array.from({ length: size }, (_, i) => {
                const place = at++;
                const digit = group[i];
                return <i key={i} class={digit === undefined ? 'empty' : ''}>{digit === undefined ? '' : hidden[place] ? '•' : digit}</i>;
              })}
            </span>
          );
        })}
      </div>
      <p class={`count ${value.length === total ? 'full' : ''}`} data-id="count">{`${value.length}/${total}`}</p>
    </div>
  );
}

/** The key that lets a person read what is masked; a second touch masks it again. */
export function ShowKey({ shown, onToggle, disabled }: { shown: boolean; onToggle: () => void; disabled: boolean }) {
  const { t } = useKiosk();
  return (
    <Key id="show" class="quiet show" disabled={disabled} onTap={onToggle}>
      <Icon name={shown ? 'eye_shut' : 'eye'} /><span>{t(shown ? 'kiosk.hide' : 'kiosk.show')}</span>
    </Key>
  );
}

export function PlainBox({ value, wrong, icon }: { value: string; wrong: boolean; icon?: string }) {
  const { t } = useKiosk();
  return (
    <div class={`plain-box ${wrong ? 'wrong' : ''}`} role="textbox" aria-readonly="true" dir="ltr" aria-label={t('kiosk.typed')}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{value.replace(/(\d{4})(?=\d)/g, '$1 ')}<i class="caret" /></span>
    </div>
  );
}

export function MoneyBox({ value, money, wrong }: { value: string; money: Money; wrong: boolean }) {
  const { t } = useKiosk();
  const digits = value.replace(/^0+(?=\d)/, '');
  const symbol = <b key="symbol">{money.symbol}</b>;
  return (
    <div class={`plain-box money ${wrong ? 'wrong' : ''}`} role="textbox" aria-readonly="true" dir="ltr" aria-label={t('kiosk.typed')}>
      {money.symbol_first && symbol}
      <span>{thousands(digits, money.group)}<i class="caret" /></span>
      {!money.symbol_first && symbol}
    </div>
  );
}

export function DateBoxes({ value, order, wrong }: { value: string; order: string; wrong: boolean }) {
  const { t } = useKiosk();
  let at = 0;
  return (
    <div class={`dates ${wrong ? 'wrong' : ''}`} role="group" dir="ltr">
      {Array.from(order, (part) => {
        const size = part === 'y' ? 4 : 2;
        const digits = value.slice(at, at + size);
        const now = value.length >= at && value.length < at + size;
        at += size;
        return (
          <span key={part} class={`date-box ${part} ${now ? 'now' : ''}`}>
            <b>{digits.padEnd(size, '–')}</b>
            <small>{t(`kiosk.date.${part}`)}</small>
          </span>
        );
      })}
    </div>
  );
}
