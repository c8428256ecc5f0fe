// The way of a case as pictures in a row: what is done, where it is now, what comes.

import type { CaseStatus, Pack, State } from './types';

export interface Mark {
  state: State;
  place: 'past' | 'now' | 'next';
  at: number | null;
}

const kEnds = ['done', 'refused', 'cancelled'];

/** Nothing when the pack does not know the life cycle or the state (an old pack, a new case). */
export function marksOf(pack: Pack, found: CaseStatus): Mark[] {
  const states = pack.lifecycles.find((one) => one.id === found.lifecycle)?.states ?? [];
  const current = states.find((state) => state.id === found.state);
  if (!current) return [];
  const reached = (id: string): number | null => {
    const entries = found.history.filter((entry) => entry.state === id);
    return entries[entries.length - 1]?.at ?? null;
  };
  const way = states.filter((state) => state.step);
  const now: Mark = { state: current, place: 'now', at: found.since };
  const here = way.indexOf(current);
  if (here >= 0) {
    return way.map((state, i) =>
      i === here ? now : { state, place: i < here ? 'past' : 'next', at: i < here ? reached(state.id) : null },
    );
  }
  // Beside the straight way: after the last step that was reached; nothing follows an end.
  let last = -1;
  way.forEach((state, i) => {
    if (reached(state.id) !== null) last = i;
  });
  const past = way.slice(0, last + 1).map((state): Mark => ({ state, place: 'past', at: reached(state.id) }));
  const rest = kEnds.includes(current.role)
    ? []
    : way.slice(last + 1).map((state): Mark => ({ state, place: 'next', at: null }));
  return [...past, now, ...rest];
}
