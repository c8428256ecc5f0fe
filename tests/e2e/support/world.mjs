// Which servers the journeys are made against: those that the environment names, else the mock of kiosk-ui.
//
//   KENTONGAN_KIOSK_URL, KENTONGAN_DESK_URL, KENTONGAN_DESK_USER, KENTONGAN_DESK_PASSWORD
//
// Exits with 77 (skipped) when something is not there: the built pages, the browser, the packages.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const kiosk = fileURLToPath(new URL('../../../kiosk-ui/', import.meta.url));
const browser = process.env.KENTONGAN_CHROMIUM ?? '/usr/bin/chromium';
const real = process.env.KENTONGAN_KIOSK_URL !== undefined;

for (const needed of [browser, `${kiosk}node_modules/playwright-core`, ...(real ? [] : [`${kiosk}dist/resident`, `${kiosk}dist/desk`])]) {
  if (!existsSync(needed)) {
    console.log(`skipped: ${needed} is missing (scripts/setup, scripts/build)`);
    process.exit(77);
  }
}

/** `pack` chooses the mock's country; a real world has its own. */
export async function openWorld(options = {}) {
  if (real) {
    return {
      real, kiosk: process.env.KENTONGAN_KIOSK_URL, desk: process.env.KENTONGAN_DESK_URL,
      user: process.env.KENTONGAN_DESK_USER, password: process.env.KENTONGAN_DESK_PASSWORD, close: async () => {},
    };
  }
  const { startMock } = await import('../../../kiosk-ui/mock/server.mjs');
  return { real, ...(await startMock(options)) };
}
