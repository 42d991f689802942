import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** Runs the suite inside the extension host; the contract of `extensionTestsPath`. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: true, timeout: 120_000, slow: 60_000 });
  for (const name of ['language', 'generation', 'commands']) {
    mocha.addFile(path.join(__dirname, `${name}.test.js`));
  }
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { passes = 0 } = runner.stats ?? {};
      const results = process.env.SDPROMPT_TEST_RESULTS;
      if (results)
        writeFileSync(results, JSON.stringify({ passed: passes, failed: failures, failures: titles }));
      if (failures > 0) reject(new Error(`${failures} of ${passes + failures} tests failed.`));
      else resolve();
    });
    const titles: string[] = [];
    runner.on('fail', (test) => titles.push(test.fullTitle()));
  });
}
