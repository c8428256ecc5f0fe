// Buttons. `Tap` leads to another step and then rests; `Key` writes and does not (shared/tap.ts).

import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { TapGuard } from '../../shared/tap';

export const TapContext = createContext<TapGuard>(new TapGuard());

interface Props {
  onTap: () => void;
  class?: string;
  disabled?: boolean;
  label?: string;
  pressed?: boolean;
  id?: string;
  lang?: string;
  children: ComponentChildren;
}

export function Tap({ onTap, class: extra = '', disabled, label, pressed, id, lang, children }: Props) {
  const taps = useContext(TapContext);
  return (
    <button type="button" class={`tap ${extra}`} disabled={disabled} aria-label={label} aria-pressed={pressed}
      data-id={id} lang={lang} onClick={() => taps.step() && onTap()}>
      {children}
    </button>
  );
}

export function Key({ onTap, class: extra = '', disabled, label, id, children }: Props) {
  const taps = useContext(TapContext);
  return (
    <button type="button" class={`tap key ${extra}`} disabled={disabled} aria-label={label} data-id={id}
      onClick={() => !taps.resting() && onTap()}>
      {children}
    </button>
  );
}
