// What a telephone on the hall's Wi-Fi must load before it shows anything: at most 60 KiB, compressed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kBudget = 60 * 1024;
const folder = fileURLToPath(new URL('../../kiosk-ui/dist/resident/', import.meta.url));
if (!existsSync(folder)) {
  console.log('skipped: kiosk-ui/dist/resident is missing (scripts/build)');
  process.exit(77);
}
let total = 0;
for (const name of readdirSync(folder)) {
  const bytes = readFileSync(folder + name);
  if (!/\.(html|css|js|svg)$/.test(name)) continue;
  const size = gzipSync(bytes, { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(7)}  ${name}`);
  if (/\.(js|html)$/.test(name) && /desk\.sign_in|__Host-desk/.test(bytes.toString())) {
    console.error('the resident\'s page holds desk code');
    process.exit(1);
  }
}
console.log(`${String(total).padStart(7)}  of ${kBudget} bytes`);
process.exit(total > kBudget ? 1 : 0);
