// How far along the form is, as dots and a count.

import { countedSteps } from '../flow';
import type { Draft } from '../flow';
import { useKiosk } from '../kiosk';

/** "3 / 6" and as many dots: how far it still is. */
export function Progress({ draft, step }: { draft: Draft; step: string }) {
  const { t, pack } = useKiosk();
  const steps = countedSteps(pack, draft);
  const at = Math.max(0, steps.indexOf(step));
  return (
    <p class="progress" aria-label={t('kiosk.form.progress', { n: at + 1, total: steps.length })}>
      <span class="dots">{steps.map((one, i) => <i key={one} class={i < at ? 'past' : i === at ? 'now' : ''} />)}</span>
      <b>{`${at + 1}/${steps.length}`}</b>
    </p>
  );
}
