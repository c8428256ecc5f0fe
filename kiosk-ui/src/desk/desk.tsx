// What every part of the desk needs, handed down once.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client, Failure } from '../shared/api';
import { dayWords, momentOf, timeWords } from '../shared/dates';
import type { Translate } from '../shared/texts';
import type { DeskPack } from './types';

export interface Desk {
  t: Translate;
  pack: DeskPack;
  api: Client;
  /** For every failed call: a session that has ended leads to signing in, over the page as it stands. */
  failed(failure: Failure): string;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('DeskContext is missing');
  return desk;
}

export function whenWords(desk: Desk, unixS: number, withTime = true): string {
  if (unixS <= 0) return desk.t('desk.never');
  const at = momentOf(unixS, desk.pack.utc_offset_minutes);
  const day = dayWords(desk.t, 'desk', at);
  return withTime ? `${day}, ${timeWords(desk.t, 'desk', at)}` : day;
}
