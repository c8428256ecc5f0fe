// The fixed bar and the room beside it: the same signs in the same places on every page.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon/icon';
import { Tap } from '../../components/tap/tap';
import { useKiosk } from '../kiosk';

export function Frame({ class: extra = '', children }: { class?: string; children: ComponentChildren }) {
  const { t, session, help, chooseLanguage, finish, start } = useKiosk();
  const page = session.page;
  return (
    <div class="frame" data-page={page.name} data-step={page.name === 'form' ? page.step : ''}>
      <nav class="rail" aria-label={t('kiosk.bar.name')}>
        {session.atHome || session.page.name === 'done'
          ? <span class="brand"><Icon name="village" /></span>
          : <Rail id="back" icon="back" word={t('kiosk.bar.back')} onTap={() => session.back()} />}
        <Rail id="help" icon="help" word={t('kiosk.bar.help')} onTap={help} />
        {start.languages.length > 1 &&
          <Rail id="language" icon="language" word={t('kiosk.bar.language')} onTap={chooseLanguage} />}
        {!session.atHome &&
          <Rail id="finish" icon="leave" word={t('kiosk.bar.finish')} class="finish" onTap={finish} />}
      </nav>
      <main class={`main ${extra}`}>{children}</main>
    </div>
  );
}

function Rail({ id, icon, word, class: extra = '', onTap }: {
  id: string; icon: string; word: string; class?: string; onTap: () => void;
}) {
  return (
    <Tap id={id} class={`rail-button ${extra}`} onTap={onTap}>
      <Icon name={icon} />
      <span>{word}</span>
    </Tap>
  );
}

/** The page's one heading. Takes the keyboard's and the screen reader's place when the page opens. */
export function Heading({ children, small = false }: { children: ComponentChildren; small?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return <h1 class={small ? 'small' : ''} tabIndex={-1} ref={heading}>{children}</h1>;
}

/** The button that leads on. */
export function NextButton({ word, icon = 'next', busy = false, disabled = false, onTap }: {
  word: string; icon?: string; busy?: boolean; disabled?: boolean; onTap: () => void;
}) {
  return (
    <Tap id="next" class={`primary ${busy ? 'busy' : ''}`} disabled={disabled || busy} onTap={onTap}>
      <span>{word}</span>
      <Icon name={icon} />
    </Tap>
  );
}
