// Adds the test summary and the smoke benches into CI's last line; exits 1 when anything failed.
import { existsSync, readFileSync } from 'node:fs';

const [tests, bench] = process.argv.slice(2).map(Number);
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
const summary = read('test-results/summary.json') ?? { passed: 0, failed: 1 };
const benches = read('test-results/bench.json') ?? { passed: 0, failed: 1 };
const passed = summary.passed + benches.passed;
let failed = summary.failed + benches.failed;
if (failed === 0 && (tests !== 0 || bench !== 0)) failed = 1;
// Again, beside the sum: so that the end of a long log shows what failed.
for (const { name, failures } of summary.rows ?? []) {
  for (const failure of failures) console.log(`✘ ${name}: ${failure}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
