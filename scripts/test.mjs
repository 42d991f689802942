// `npm test`: every suite in turn, none skipped because an earlier one failed; the last line adds them up.
// `npm test -- NAME…` runs the suites whose name contains one of the words.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SUITES } from './suites.mjs';

process.chdir(path.resolve(import.meta.dirname, '..'));
mkdirSync('test-results', { recursive: true });

const wanted = process.argv.slice(2);
const suites = SUITES.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const rows = suites.map(({ name, command, results, count }) => {
  console.log(`\n> ${name}`);
  if (results) rmSync(results, { force: true });
  const started = Date.now();
  const { status } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
  return { name, ...count(status ?? 1), seconds: Math.round((Date.now() - started) / 1000) };
});

console.log('');
for (const { name, passed, failed, failures, seconds } of rows) {
  console.log(`${failed ? 'FAILED' : 'ok    '}  ${name}: ${passed} passed, ${failed} failed (${seconds} s)`);
  for (const failure of failures) console.log(`        ✘ ${failure}`);
}
const passed = rows.reduce((sum, row) => sum + row.passed, 0);
const failed = rows.reduce((sum, row) => sum + row.failed, 0);
writeFileSync('test-results/summary.json', JSON.stringify({ passed, failed, rows }, null, 2));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
