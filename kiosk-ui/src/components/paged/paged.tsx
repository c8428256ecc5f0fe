// Shows what does not fit one leaf at a time: a panel that people touch is never scrolled.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icon/icon';
import { Tap } from '../tap/tap';

export function Paged({ more, class: extra = '', children }: {
  /** What the button to the next leaf is called. */
  more: string;
  class?: string;
  children: ComponentChildren;
}) {
  const clip = useRef<HTMLDivElement>(null);
  const [leaf, setLeaf] = useState({ at: 0, of: 1 });

  // Measured after every drawing: words, languages and panels differ.
  useLayoutEffect(() => {
    const box = clip.current;
    if (!box) return;
    const measure = () => {
      const inner = box.firstElementChild as HTMLElement | null;
      if (!inner || box.clientHeight === 0) return;
      const stops = stopsOf(box, inner);
      const at = Math.min(leaf.at, stops.length - 1);
      inner.style.transform = `translateY(${-(stops[at] ?? 0)}px)`;
      // Nothing half cut at the lower edge: it is whole on the next leaf.
      const cut = stops[at + 1];
      inner.style.clipPath = cut === undefined ? '' : `inset(${stops[at] ?? 0}px -9px ${inner.offsetHeight - cut}px -9px)`;
      if (stops.length !== leaf.of || at !== leaf.at) setLeaf({ at, of: stops.length });
    };
    measure();
    if (typeof ResizeObserver === 'undefined') return;
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    return () => watch.disconnect();
  });

  return (
    <div class={`paged ${extra}`}>
      <div class="clip" ref={clip}>
        <div class="inner">{children}</div>
      </div>
      {leaf.of > 1 && (
        <Tap class="more-leaf" id="leaf" label={more} onTap={() => setLeaf({ at: (leaf.at + 1) % leaf.of, of: leaf.of })}>
          <Icon name={leaf.at + 1 < leaf.of ? 'more' : 'less'} />
          <span>{`${leaf.at + 1}/${leaf.of}`}</span>
        </Tap>
      )}
    </div>
  );
}

/** Where each leaf begins, in pixels from the top: between children, and within one that is too tall by lines. */
function stopsOf(box: HTMLElement, inner: HTMLElement): number[] {
  const height = box.clientHeight;
  const stops = [0];
  if (inner.offsetHeight <= height + 1) return stops;
  const edges: number[] = [];
  const top = inner.getBoundingClientRect().top;
  for (const child of Array.from(inner.querySelectorAll<HTMLElement>('p, li, h1, h2, .row, .part, .way'))) {
    // Pictures in a row stay together.
    if (child.parentElement?.closest('.way')) continue;
    const box = child.getBoundingClientRect();
    const line = parseFloat(getComputedStyle(child).lineHeight) || 24;
    if (box.height > height && child.children.length === 0) {
      for (let y = box.top - top; y < box.bottom - top - 1; y += line) edges.push(y);
    } else edges.push(box.top - top);
  }
  edges.push(inner.offsetHeight);
  edges.sort((a, b) => a - b);
  let start = 0;
  for (let guard = 0; guard < 200 && inner.offsetHeight - start > height + 1; guard++) {
    const fitting = edges.filter((edge) => edge > start + 1 && edge <= start + height + 1);
    start = fitting[fitting.length - 1] ?? start + height;
    stops.push(start);
  }
  return stops;
}
