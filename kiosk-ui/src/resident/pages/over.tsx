// Pages that lie over a page: help, languages, "are you still there?".

import { Dialog } from '../../components/dialog/dialog';
import { Icon } from '../../components/icon/icon';
import { Paged } from '../../components/paged/paged';
import { Key, Tap } from '../../components/tap/tap';
import { Tiles } from '../../components/tiles/tiles';
import { useKiosk } from '../kiosk';

export function Help({ onClose }: { onClose: () => void }) {
  const { t, pack, session, start } = useKiosk();
  const page = session.page;
  const topic = page.name === 'form' && !page.step.startsWith('ask:') ? page.step : page.name;
  let text = t(`kiosk.help.${topic}`);
  if (page.name === 'form' && page.step.startsWith('ask:')) {
    const id = page.step.slice('ask:'.length);
    const field = [...pack.applicant, ...(session.draft?.service.fields ?? [])].find((one) => one.id === id);
    const type = field?.type ?? 'text';
    text = field?.help || t(`kiosk.help.ask.${type}`);
  }
  return (
    <Dialog labelledBy="help-title" class="sheet" onClose={onClose}>
      <header class="title"><Icon name="help" class="huge" /><h1 id="help-title">{t('kiosk.help.title')}</h1></header>
      <Paged more={t('kiosk.more')}>
        <p class="lead">{text}</p>
        <ul class="points">
          <li class="row"><Icon name="person" /><span>{t('kiosk.help.officer', { hours: start.village.office_hours })}</span></li>
          {start.village.phone !== '' && <li class="row"><Icon name="message" /><span>{t('kiosk.help.phone', { phone: start.village.phone })}</span></li>}
        </ul>
      </Paged>
      <div class="actions">
        <Tap id="close" class="primary" onTap={onClose}><span>{t('kiosk.help.close')}</span><Icon name="tick" /></Tap>
      </div>
    </Dialog>
  );
}

export function Languages({ now, onChoose, onClose }: { now: string; onChoose: (tag: string) => void; onClose: () => void }) {
  const { t, start } = useKiosk();
  return (
    <Dialog labelledBy="language-title" class="sheet" onClose={onClose}>
      <header class="title">
        <Icon name="language" class="huge" /><h1 id="language-title">{t('kiosk.bar.language')}</h1>
        <Tap id="close" class="secondary" label={t('kiosk.help.close')} onTap={onClose}><Icon name="cross" /></Tap>
      </header>
      <Tiles more={t('kiosk.more')} onChoose={onChoose}
        tiles={start.languages.map((one) => ({ id: one.tag, word: one.name, icon: null, chosen: one.tag === now, lang: one.tag }))} />
    </Dialog>
  );
}

export function StillThere({ leftS, warnS, onStay, onLeave }: { leftS: number; warnS: number; onStay: () => void; onLeave: () => void }) {
  const { t } = useKiosk();
  return (
    <Dialog labelledBy="idle-title" class="idle" onClose={onStay}>
      <div class="idle-box">
        <Icon name="clock" class="huge" />
        <h1 id="idle-title">{t('kiosk.idle.title')}</h1>
        <p>{t('kiosk.idle.text')}</p>
        <progress max={warnS} value={leftS} aria-label={t('kiosk.idle.left', { n: leftS })} />
        <div class="actions">
          {/* Keys, not steps: saying "I am here" must never be refused for being quick. */}
          <Key id="stay" class="primary" onTap={onStay}><span>{t('kiosk.idle.stay')}</span><Icon name="tick" /></Key>
          <Key id="leave" class="secondary" onTap={onLeave}><span>{t('kiosk.bar.finish')}</span><Icon name="leave" /></Key>
        </div>
      </div>
    </Dialog>
  );
}
