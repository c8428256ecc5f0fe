// What every page of the resident needs, handed down once.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../shared/api';
import type { TapGuard } from '../shared/tap';
import type { Translate } from '../shared/texts';
import { knownIcon } from '../components/icon/icon';
import type { Session } from './session';
import type { Health, Pack, Start } from './types';

export interface Kiosk {
  t: Translate;
  pack: Pack;
  start: Start;
  session: Session;
  api: Client;
  taps: TapGuard;
  health: Health | null;
  /** Unix seconds, by the box's clock as far as it is known. */
  nowS(): number;
  help(): void;
  chooseLanguage(): void;
  finish(): void;
}

export const KioskContext = createContext<Kiosk | null>(null);

export function useKiosk(): Kiosk {
  const kiosk = useContext(KioskContext);
  if (!kiosk) throw new Error('KioskContext is missing');
  return kiosk;
}

/** A pack's own name for a picture, or the picture that the pack's texts give for an id; else nothing. */
export function pictureFor(t: Translate, ...names: string[]): string | null {
  for (const name of names) {
    if (name === '') continue;
    if (knownIcon(name)) return name;
    const given = t(`kiosk.picture.${name}`);
    if (given !== '' && knownIcon(given)) return given;
  }
  return null;
}
