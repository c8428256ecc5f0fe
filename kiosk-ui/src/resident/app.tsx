// The resident's page: loads the village's words, holds one visit, and forgets it when the person has gone.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon/icon';
import { TapContext } from '../components/tap/tap';
import { makeClient } from '../shared/api';
import type { Client } from '../shared/api';
import { Idle, browserClock } from '../shared/idle';
import { TapGuard } from '../shared/tap';
import { translator } from '../shared/texts';
import { KioskContext } from './kiosk';
import type { Kiosk } from './kiosk';
import { Done } from './pages/done';
import { Form, Refused } from './pages/form';
import { Group, Home } from './pages/home';
import { Help, Languages, StillThere } from './pages/over';
import { Case, Status } from './pages/status';
import { Session } from './session';
import type { Health, Pack, Start } from './types';

/** A 7 inch panel of 800 x 480 when nothing is configured. */
const kUsualPxPerMm = 5.25;
const kHealthEveryMs = 15000;
const kRetryMs = 3000;

type Over = 'help' | 'languages' | null;

export function App() {
  const start = useRef<Start | null>(null);
  const packs = useRef(new Map<string, Pack>());
  const language = useRef('');
  const session = useMemo(() => new Session(), []);
  const taps = useMemo(() => new TapGuard(), []);
  const [pack, setPack] = useState<Pack | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const [health, setHealth] = useState<{ value: Health; at: number } | null>(null);
  const [over, setOver] = useState<Over>(null);
  const [leftS, setLeftS] = useState<number | null>(null);
  const [visit, setVisit] = useState(0);
  const idle = useRef<Idle | null>(null);
  const overNow = useRef<Over>(null);
  overNow.current = over;

  const api: Client = useMemo(() => makeClient({
    base: './api/v1/',
    language: () => language.current,
    token: () => start.current?.token ?? '',
    renew: async () => {
      const fresh = await makeClient({ base: './api/v1/', language: () => '', token: () => '' }).get<Start>('start');
      if (fresh.ok) start.current = fresh.value;
      return fresh.ok;
    },
  }), []);

  const speak = async (tag: string): Promise<boolean> => {
    const known = packs.current.get(tag);
    const loaded = known ? { ok: true as const, value: known } : await api.get<Pack>(`pack/${encodeURIComponent(tag)}`);
    if (!loaded.ok) return false;
    packs.current.set(tag, loaded.value);
    language.current = tag;
    setPack(loaded.value);
    session.translate(loaded.value);
    return true;
  };

  const begin = async (): Promise<boolean> => {
    const answer = await api.get<Start>('start');
    if (!answer.ok) return false;
    start.current = answer.value;
    packs.current.clear();
    return speak(answer.value.default_language);
  };

  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    const attempt = async () => {
      const ok = await begin();
      if (gone) return;
      setUnreachable(!ok);
      if (!ok) timer = setTimeout(attempt, kRetryMs);
    };
    void attempt();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);

  const wipe = () => {
    session.wipe();
    setOver(null);
    setLeftS(null);
    setVisit((n) => n + 1);
    window.getSelection()?.removeAllRanges();
    const tag = start.current?.default_language ?? '';
    if (tag !== language.current) void speak(tag);
    void refresh();
  };

  /** The next visit gets the words and the token of now; failing that, those of before. */
  const refresh = async () => {
    const answer = await api.get<Start>('start');
    if (!answer.ok) return;
    const tag = answer.value.default_language;
    const words = await api.get<Pack>(`pack/${encodeURIComponent(tag)}`);
    // Somebody has begun meanwhile: their page is left alone.
    if (!words.ok || !session.atHome || language.current !== tag) return;
    start.current = answer.value;
    packs.current = new Map([[tag, words.value]]);
    setPack(words.value);
  };

  useEffect(() => session.subscribe(() => setVisit((n) => n + 1)), []);
  useEffect(() => setOver(null), [session.page]);

  // "Back" of the browser is back inside the visit; there is never anything behind home.
  useEffect(() => {
    history.pushState(null, '');
    const onBack = () => {
      history.pushState(null, '');
      if (overNow.current !== null) setOver(null);
      else session.back();
    };
    const onHide = () => session.wipe();
    window.addEventListener('popstate', onBack);
    window.addEventListener('pagehide', onHide);
    return () => {
      window.removeEventListener('popstate', onBack);
      window.removeEventListener('pagehide', onHide);
    };
  }, []);

  const loaded = pack !== null;
  useEffect(() => {
    if (!loaded || !start.current) return;
    const times = start.current.idle;
    const untouched = () => session.atHome && overNow.current === null && language.current === start.current?.default_language;
    const guard = new Idle(browserClock,
      () => (untouched() ? 0 : session.personal ? times.personal_s : times.neutral_s),
      times.warn_s,
      {
        warn(left) {
          if (left !== null && session.atHome) {
            // Nothing of anybody stands here: the next person simply finds home in the usual language.
            guard.extend();
            wipe();
          } else setLeftS(left);
        },
        expire: wipe,
      });
    idle.current = guard;
    const touch = () => guard.touch();
    window.addEventListener('pointerdown', touch, true);
    window.addEventListener('keydown', touch, true);
    return () => {
      guard.stop();
      window.removeEventListener('pointerdown', touch, true);
      window.removeEventListener('keydown', touch, true);
    };
  }, [loaded]);

  useEffect(() => {
    if (!loaded) return;
    const look = async () => {
      if (document.hidden) return;
      const answer = await api.get<Health>('health');
      const value = answer.ok ? answer.value : { box: false, waiting: 0, last_contact: 0, now: 0 };
      setHealth({ value, at: performance.now() });
    };
    void look();
    const id = setInterval(() => void look(), kHealthEveryMs);
    return () => clearInterval(id);
  }, [loaded]);

  useLayoutEffect(() => {
    if (!pack || !start.current) return;
    const root = document.documentElement;
    root.lang = pack.language;
    root.dir = pack.direction;
    const mm = start.current.panel.mm;
    root.style.setProperty('--mm', `${mm > 0 ? mm : kUsualPxPerMm}px`);
    document.title = start.current.village.name;
  }, [pack]);

  if (!pack || !start.current) {
    return <div class="opening"><Icon name={unreachable ? 'away' : 'village'} /></div>;
  }

  const kiosk: Kiosk = {
    t: translator(pack.texts),
    pack,
    start: start.current,
    session,
    api,
    taps,
    health: health?.value ?? null,
    nowS: () => (health && health.value.now > 0
      ? Math.floor(health.value.now + (performance.now() - health.at) / 1000) : Math.floor(Date.now() / 1000)),
    help: () => setOver('help'),
    chooseLanguage: () => setOver('languages'),
    finish: wipe,
  };
  return (
    <TapContext.Provider value={taps}>
      <KioskContext.Provider value={kiosk}>
        <Pages visit={visit} />
        {over === 'help' && <Help onClose={() => setOver(null)} />}
        {over === 'languages' && (
          <Languages now={pack.language} onClose={() => setOver(null)} onChoose={(tag) => {
            setOver(null);
            void speak(tag);
          }} />
        )}
        {leftS !== null && (
          <StillThere leftS={leftS} warnS={kiosk.start.idle.warn_s} onStay={() => idle.current?.extend()} onLeave={() => {
            idle.current?.extend();
            wipe();
          }} />
        )}
      </KioskContext.Provider>
    </TapContext.Provider>
  );
}

function Pages({ visit: _visit }: { visit: number }) {
  return (
    <KioskContext.Consumer>
      {(kiosk) => {
        const session = kiosk?.session;
        const page = session?.page;
        if (!session || !page) return null;
        if (page.name === 'group') return <Group key="group" kinds={page.kinds} />;
        if (page.name === 'form' && session.draft) return <Form key={page.step} page={page} draft={session.draft} />;
        if (page.name === 'refused') return <Refused key="refused" />;
        if (page.name === 'done') return <Done key="done" accepted={page.accepted} service={page.service} at={page.at} />;
        if (page.name === 'status') return <Status key="status" />;
        if (page.name === 'case') return <Case key="case" found={page.found} />;
        return <Home key="home" />;
      }}
    </KioskContext.Consumer>
  );
}
