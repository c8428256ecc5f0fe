// Name and password; after too many tries the seconds until the next one.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Icon } from '../components/icon/icon';
import { useDesk } from './desk';
import type { Officer } from './types';

export function SignIn({ languages, notice = '', onSignedIn }: {
  languages: ComponentChildren;
  notice?: string;
  onSignedIn: (officer: Officer, token: string) => void;
}) {
  const { t, api } = useDesk();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const [waitS, setWaitS] = useState(0);

  useEffect(() => name.current?.focus(), []);
  useEffect(() => {
    if (waitS <= 0) return;
    const id = setTimeout(() => setWaitS(waitS - 1), 1000);
    return () => clearTimeout(id);
  }, [waitS]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || waitS > 0 || !name.current || !password.current) return;
    setBusy(true);
    setFault('');
    const answer = await api.post<{ token: string; officer: Officer }>('login', {
      name: name.current.value.trim(), password: password.current.value,
    });
    setBusy(false);
    if (answer.ok) return onSignedIn(answer.value.officer, answer.value.token);
    password.current.value = '';
    password.current.focus();
    if (answer.failure.status === 429) setWaitS(Math.ceil(answer.failure.retryAfterS));
    else if (answer.failure.status === 401) setFault(t('desk.sign_in.wrong'));
    else setFault(answer.failure.text || t(answer.failure.status === 0 ? 'desk.error.unreachable' : 'desk.error.other'));
  };

  return (
    <div class="sign-in">
      <form onSubmit={(event) => void submit(event)} autocomplete="off">
        <span class="mark"><Icon name="office" /></span>
        <h1 id="sign-in-title">{t('desk.title')}</h1>
        {notice !== '' && <p class="notice"><Icon name="clock" />{notice}</p>}
        <label><span>{t('desk.sign_in.name')}</span>
          <input ref={name} name="name" autocomplete="off" autocapitalize="none" spellcheck={false} maxLength={64} required /></label>
        <label><span>{t('desk.sign_in.password')}</span>
          <input ref={password} name="password" type="password" autocomplete="off" maxLength={256} required /></label>
        {waitS > 0 && <p class="fault" role="alert"><Icon name="lock" />{t('desk.sign_in.locked', { n: waitS })}</p>}
        {waitS <= 0 && fault !== '' && <p class="fault" role="alert"><Icon name="warn" />{fault}</p>}
        <button type="submit" class="strong" disabled={busy || waitS > 0}>{t('desk.sign_in.enter')}</button>
        {languages}
      </form>
    </div>
  );
}
