// What a page says when the server could not be asked.

import type { Failure } from '../../shared/api';
import type { Kiosk } from '../kiosk';

export function failureWords(t: Kiosk['t'], failure: Failure): string {
  if (failure.text !== '') return failure.text;
  return t(failure.status === 0 ? 'kiosk.error.unreachable' : 'kiosk.error.other');
}
