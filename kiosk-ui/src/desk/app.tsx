// The officer's desk: sign in, find a case, move it on. Keeps nothing in the browser but the session's cookie, which
// no script can read.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon/icon';
import { makeClient } from '../shared/api';
import type { Client } from '../shared/api';
import { translator } from '../shared/texts';
import { CaseList } from './case_list';
import { CasePage } from './case_page';
import { DeskContext } from './desk';
import type { Desk } from './desk';
import { SignIn } from './sign_in';
import { kNoFilter } from './types';
import type { DeskPack, DeskStart, Filter, Officer } from './types';

const kRetryMs = 3000;

export function App() {
  const start = useRef<DeskStart | null>(null);
  const token = useRef('');
  const language = useRef('');
  const [pack, setPack] = useState<DeskPack | null>(null);
  const [officer, setOfficer] = useState<Officer | null>(null);
  /** The session has ended while somebody worked: what they had open waits below. */
  const [expired, setExpired] = useState(false);
  const [openCase, setOpenCase] = useState<string | null>(null);
  const [filter, setFilter] = useState<Filter>(kNoFilter);
  const openNow = useRef<string | null>(null);
  openNow.current = openCase;

  const api: Client = useMemo(() => makeClient({ base: './api/v1/', language: () => language.current, token: () => token.current }), []);

  const speak = async (tag: string): Promise<boolean> => {
    const before = language.current;
    language.current = tag;
    const loaded = await api.get<DeskPack>(`pack/${encodeURIComponent(tag)}`);
    if (loaded.ok) setPack(loaded.value);
    else language.current = before;
    return loaded.ok;
  };

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const attempt = async () => {
      const answer = await api.get<DeskStart>('start');
      if (answer.ok) {
        start.current = answer.value;
        token.current = answer.value.token ?? '';
        if (await speak(answer.value.default_language)) {
          if (answer.value.signed_in && answer.value.officer) setOfficer(answer.value.officer);
          return;
        }
      }
      timer = setTimeout(attempt, kRetryMs);
    };
    void attempt();
    return () => clearTimeout(timer);
  }, []);

  // "Back" closes the case; behind the list there is nothing of ours.
  useEffect(() => {
    history.pushState(null, '');
    const onBack = () => {
      history.pushState(null, '');
      if (openNow.current !== null) setOpenCase(null);
    };
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) location.reload();
    };
    window.addEventListener('popstate', onBack);
    window.addEventListener('pageshow', onShow);
    return () => {
      window.removeEventListener('popstate', onBack);
      window.removeEventListener('pageshow', onShow);
    };
  }, []);

  useLayoutEffect(() => {
    if (!pack) return;
    document.documentElement.lang = language.current;
    document.documentElement.dir = pack.direction;
    document.title = pack.texts['desk.title'] ?? '';
  }, [pack]);

  if (!pack || !start.current) return <div class="opening"><Icon name="office" /></div>;

  const t = translator(pack.texts);
  const desk: Desk = {
    t,
    pack,
    api,
    failed(failure) {
      if (failure.status === 401 || failure.status === 403) {
        setExpired(true);
        return t('desk.sign_in.expired');
      }
      return failure.text || t(failure.status === 0 ? 'desk.error.unreachable' : 'desk.error.other');
    },
  };
  const signedIn = (who: Officer, fresh: string) => {
    token.current = fresh;
    // Another person sees nothing of the one before.
    if (officer && officer.name !== who.name) {
      setOpenCase(null);
      setFilter(kNoFilter);
    }
    setOfficer(who);
    setExpired(false);
  };
  const signOut = async () => {
    await api.post('logout', {});
    token.current = '';
    setOfficer(null);
    setExpired(false);
    setOpenCase(null);
    setFilter(kNoFilter);
  };
  const tags = start.current.languages;
  const languages = tags.length > 1 && (
    <select class="languages" aria-label={t('desk.language')} value={language.current} autocomplete="off"
      onChange={(event) => void speak(event.currentTarget.value)}>
      {tags.map((one) => <option key={one.tag} value={one.tag} lang={one.tag}>{one.name}</option>)}
    </select>
  );

  return (
    <DeskContext.Provider value={desk}>
      {officer === null
        ? <SignIn languages={languages} onSignedIn={signedIn} />
        : (
          <div class="desk" key={officer.name} aria-hidden={expired}>
            <header class="bar">
              <span class="mark"><Icon name="office" /></span>
              <strong>{t('desk.title')}</strong>
              <span class="who"><Icon name="person" />{officer.name}<em>{t(`desk.role.${officer.role}`)}</em></span>
              {languages}
              <button type="button" class="plain" data-id="sign-out" onClick={() => void signOut()}>
                <Icon name="leave" /><span>{t('desk.sign_out')}</span>
              </button>
            </header>
            {/* The list stays as it was while a case is open. */}
            <div class="work" hidden={openCase !== null}>
              <CaseList filter={filter} onFilter={setFilter} onOpen={setOpenCase} active={openCase === null && !expired} />
            </div>
            {openCase !== null && <CasePage key={openCase} id={openCase} onClose={() => setOpenCase(null)} resumed={!expired} />}
          </div>
        )}
      {officer !== null && expired && (
        <div class="veil" role="dialog" aria-modal="true" aria-labelledby="sign-in-title">
          <SignIn languages={languages} notice={t('desk.sign_in.expired')} onSignedIn={signedIn} />
        </div>
      )}
    </DeskContext.Provider>
  );
}
