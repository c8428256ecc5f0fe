// Runs the pages' unit tests (kiosk-ui/test) and their type check.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../kiosk-ui/', import.meta.url));
for (const [tool, ...args] of [['typescript/bin/tsc', '--noEmit'], ['vitest/vitest.mjs', 'run']]) {
  const program = `${folder}node_modules/${tool}`;
  if (!existsSync(program)) {
    console.log('skipped: kiosk-ui/node_modules is missing (scripts/setup)');
    process.exit(77);
  }
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
