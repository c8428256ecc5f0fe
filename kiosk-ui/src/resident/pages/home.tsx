// Where everybody begins: what can be done here, in pictures.

import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../../components/icon/icon';
import { Tiles } from '../../components/tiles/tiles';
import type { Tile } from '../../components/tiles/tiles';
import { recentWords } from '../../shared/dates';
import { pictureFor, useKiosk } from '../kiosk';
import type { ServiceKind } from '../types';
import { Frame, Heading } from './frame';

const kRooms: { id: string; kinds: ServiceKind[]; icon: string; tone: string }[] = [
  { id: 'letters', kinds: ['letter'], icon: 'letter', tone: 'tone-sea' },
  { id: 'status', kinds: [], icon: 'status', tone: 'tone-leaf' },
  { id: 'report', kinds: ['complaint'], icon: 'report', tone: 'tone-sun' },
  { id: 'levy', kinds: ['levy_report'], icon: 'levy', tone: 'tone-clay' },
];

export function Home() {
  const { t, pack, session, start } = useKiosk();
  const rooms = kRooms.filter((room) => room.id === 'status' || pack.services.some((one) => room.kinds.includes(one.kind)));
  const choose = (id: string) => {
    const room = rooms.find((one) => one.id === id);
    if (!room) return;
    if (room.id === 'status') return session.go({ name: 'status' });
    const services = pack.services.filter((one) => room.kinds.includes(one.kind));
    const only = services.length === 1 ? services[0] : undefined;
    if (only) session.open(only);
    else session.go({ name: 'group', kinds: room.kinds });
  };
  const tiles: Tile[] = rooms.map((room) => ({ id: room.id, icon: room.icon, tone: room.tone, word: t(`kiosk.home.${room.id}`) }));
  return (
    <Frame class="home">
      <header class="village">
        <Heading>{start.village.name}</Heading>
        {start.village.example && <span class="badge">{t('kiosk.home.example')}</span>}
      </header>
      <Tiles tiles={tiles} more={t('kiosk.more')} onChoose={choose} />
      <NetworkStrip />
    </Frame>
  );
}

export function Group({ kinds }: { kinds: ServiceKind[] }) {
  const { t, pack, session } = useKiosk();
  const services = pack.services.filter((one) => kinds.includes(one.kind));
  const first = services[0];
  const tone = kRooms.find((room) => room.kinds.some((kind) => kinds.includes(kind)))?.tone ?? '';
  return (
    <Frame>
      <Heading small>{first ? t(`kiosk.group.${first.kind}`) : ''}</Heading>
      <Tiles more={t('kiosk.more')}
        tiles={services.map((one) => ({ id: one.id, word: one.title, tone, icon: pictureFor(t, one.icon, one.id) ?? 'letter' }))}
        onChoose={(id) => {
          const service = services.find((one) => one.id === id);
          if (service) session.open(service);
        }} />
    </Frame>
  );
}

/** What the box says of its link: what waits here, and when the district was last reached. */
export function NetworkStrip() {
  const { t, health, pack, nowS } = useKiosk();
  const [, redraw] = useState(0);
  useEffect(() => {
    const id = setInterval(() => redraw((n) => n + 1), 30000);
    return () => clearInterval(id);
  }, []);
  if (!health) return <div class="strip" />;
  if (!health.box) {
    return <div class="strip away" role="status"><span><Icon name="warn" />{t('kiosk.network.away')}</span></div>;
  }
  const last = health.last_contact > 0
    ? t('kiosk.network.reached', { when: recentWords(t, 'kiosk', health.last_contact, nowS(), pack.utc_offset_minutes) })
    : t('kiosk.network.never');
  return (
    <div class="strip" role="status">
      <span><Icon name={health.last_contact > 0 ? 'linked' : 'away'} />{last}</span>
      {health.waiting > 0 && <span><Icon name="queued" />{t('kiosk.network.waiting', { n: health.waiting })}</span>}
    </div>
  );
}
