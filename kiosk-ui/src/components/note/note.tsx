// What went wrong, beside where it went wrong: a sign and plain words.

import { Icon } from '../icon/icon';

export function Note({ text, icon = 'warn', tone = 'wrong' }: { text: string; icon?: string; tone?: 'wrong' | 'calm' | 'good' }) {
  return (
    <p class={`note ${tone}`} role={tone === 'wrong' ? 'alert' : 'status'}>
      <Icon name={icon} />
      <span>{text}</span>
    </p>
  );
}
