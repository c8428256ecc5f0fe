// A telephone's keypad: 1-2-3 on top. Works from a keyboard as well.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../icon/icon';
import { Key } from '../tap/tap';

export function typeDigit(value: string, key: string, max: number): string {
  if (key === 'erase') return value.slice(0, -1);
  const next = value + key;
  return next.length > max ? value : next;
}

const isKeys = (extra: unknown): extra is { keys: string; word: string } =>
  typeof extra === 'object' && extra !== null && 'keys' in extra;

export function DigitPad({ value, max, onChange, onEnter, erase, extra, disabled = false }: {
  value: string;
  max: number;
  onChange: (value: string) => void;
  onEnter: () => void;
  /** What the erasing key is called. */
  erase: string;
  /** What stands beside the zero: digits at once, such as three zeros, or a key of the page's own. */
  extra?: { keys: string; word: string } | ComponentChildren;
  disabled?: boolean;
}) {
  // Quick fingers press again before the page is drawn anew: the last value counts, not the drawn one.
  const latest = useRef(value);
  latest.current = value;
  const press = (key: string) => {
    latest.current = typeDigit(latest.current, key, max);
    onChange(latest.current);
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (disabled || event.ctrlKey || event.altKey || event.metaKey) return;
      if (document.querySelector('[role=dialog]')) return;
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === 'Backspace') press('erase');
      else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) onEnter();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <div class="digit-pad" dir="ltr">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
        <Key key={digit} id={`key-${digit}`} disabled={disabled} onTap={() => press(digit)}>{digit}</Key>
      ))}
      {isKeys(extra)
        ? <Key key="extra" id="key-extra" class="quiet" disabled={disabled} onTap={() => press(extra.keys)}>{extra.word}</Key>
        : <span key="extra" class="slot">{extra}</span>}
      <Key key="0" id="key-0" disabled={disabled} onTap={() => press('0')}>{'0'}</Key>
      <Key key="erase" id="key-erase" class="quiet" label={erase} disabled={disabled || value === ''} onTap={() => press('erase')}>
        <Icon name="erase" />
      </Key>
    </div>
  );
}
