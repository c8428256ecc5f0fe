// Letters in the order of the alphabet, as everybody learns them at school; not as typists do. The alphabet is the
// pack's. More letters than keys go to a second leaf, digits and signs to the last.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icon/icon';
import { Key } from '../tap/tap';

/** With the four keys that stay, four rows of eight. */
const kLeaf = 26;

/** Leaves of keys from the pack's space-separated lists. */
export function keyLeaves(letters: string, signs: string): string[][] {
  const leaves: string[][] = [];
  for (const list of [letters, signs]) {
    const keys = list.split(/\s+/).filter((key) => key !== '');
    for (let at = 0; at < keys.length; at += kLeaf) leaves.push(keys.slice(at, at + kLeaf));
  }
  return leaves;
}

/**
 * The text after a letter. Keys show capitals; written are capitals where a word (names) or a sentence (stories)
 * begins, so that nobody needs a shift key.
 */
export function typeLetter(text: string, letter: string, story: boolean, max: number): string {
  const begins = story ? /(^|[.!?]\s+)$/.test(text) : /(^|[\s'.-])$/.test(text);
  const next = text + (begins ? letter.toLocaleUpperCase('en') : letter.toLocaleLowerCase('en'));
  return max > 0 && [...next].length > max ? text : next;
}

export const typeSpace = (text: string, max: number): string =>
  text === '' || text.endsWith(' ') || (max > 0 && [...text].length >= max) ? text : `${text} `;

export const eraseLast = (text: string): string => [...text].slice(0, -1).join('');

export function LetterPad({ value, max, story, letters, signs, words, onChange, onEnter, disabled = false, children }: {
  value: string;
  /** Most characters; 0: no limit. */
  max: number;
  story: boolean;
  letters: string;
  signs: string;
  words: { erase: string; space: string; other: string };
  onChange: (value: string) => void;
  onEnter: () => void;
  disabled?: boolean;
  /** The button that leads on: it ends the last row. */
  children: ComponentChildren;
}) {
  // Quick fingers press again before the page is drawn anew: the last value counts, not the drawn one.
  const latest = useRef(value);
  latest.current = value;
  const write = (next: (now: string) => string) => {
    latest.current = next(latest.current);
    onChange(latest.current);
  };
  const typed = (letter: string) => (now: string) => typeLetter(now, letter, story, max);
  const spaced = (now: string) => typeSpace(now, max);
  const leaves = keyLeaves(letters, signs);
  const [at, setAt] = useState(0);
  const leaf = leaves[at % Math.max(1, leaves.length)] ?? [];
  const following = leaves[(at + 1) % Math.max(1, leaves.length)] ?? [];

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (disabled || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (document.querySelector('[role=dialog]')) return;
      const onButton = event.target instanceof HTMLButtonElement;
      if (event.key === 'Backspace') write(eraseLast);
      else if (event.key === ' ' && !onButton) write(spaced);
      else if (event.key === 'Enter' && !onButton) onEnter();
      else if ([...event.key].length === 1 && event.key !== ' ') {
        write((now) => (max > 0 && [...now].length >= max ? now : now + event.key));
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <div class="letter-pad">
      {leaf.map((letter) => (
        <Key key={letter} id={`key-${letter}`} disabled={disabled} onTap={() => write(typed(letter))}>
          {letter}
        </Key>
      ))}
      {Array.from({ length: kLeaf - leaf.length }, (_, i) => <span key={`none-${i}`} />)}
      {leaves.length > 1 && (
        <Key key="other" id="key-other" class="quiet" label={words.other} onTap={() => setAt((at + 1) % leaves.length)}>
          {following.slice(0, 3).join('')}
        </Key>
      )}
      <Key key="space" id="key-space" class="quiet wide" label={words.space} disabled={disabled} onTap={() => write(spaced)}>
        <Icon name="space" />
      </Key>
      <Key key="erase" id="key-erase" class="quiet" label={words.erase} disabled={disabled || value === ''} onTap={() => write(eraseLast)}>
        <Icon name="erase" />
      </Key>
      {children}
    </div>
  );
}
