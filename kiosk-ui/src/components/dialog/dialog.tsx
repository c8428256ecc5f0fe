// A page over the page. Keeps the keyboard inside; Escape closes it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Dialog({ class: extra = '', labelledBy, onClose, children }: {
  class?: string;
  labelledBy: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const before = document.activeElement;
    const targets = () => Array.from(box.current?.querySelectorAll<HTMLElement>('button:not(:disabled), input, textarea') ?? []);
    targets()[0]?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
      if (event.key !== 'Tab') return;
      const all = targets();
      const first = all[0];
      const last = all[all.length - 1];
      const leaving = event.shiftKey ? document.activeElement === first : document.activeElement === last;
      if (!leaving && box.current?.contains(document.activeElement)) return;
      (event.shiftKey ? last : first)?.focus();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <div class={`dialog ${extra}`} role="dialog" aria-modal="true" aria-labelledby={labelledBy} ref={box}>
      {children}
    </div>
  );
}
