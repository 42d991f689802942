import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, readScenario, runScenario, scenarioNames } from './scenario';

/** `UPDATE_SCENARIOS=1` writes what is there; exit codes are written by hand, and the difference is to be read. */
const UPDATE = process.env.UPDATE_SCENARIOS === '1';
const AT_ONCE = 2;

const running = createGate(AT_ONCE);

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('dist/cli.js is missing: run `npm run build` first.');
});

describe.concurrent('the command line', () => {
  it('has at least 60 scenarios, each saying what it shows', () => {
    const names = scenarioNames();
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names.filter((name) => !readScenario(name).description)).toEqual([]);
  });

  it.each(scenarioNames())('%s', (name) =>
    running(async () => {
      const scenario = readScenario(name);
      const folder = path.join(import.meta.dirname, name);
      const outcome = await runScenario(folder, scenario);
      expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({
        code: scenario.exitCode,
        stderr: outcome.stderr,
      });
      compare(path.join(folder, 'stdout.txt'), outcome.stdout);
      if (scenario.stderr !== false) compare(path.join(folder, 'stderr.txt'), outcome.stderr);
      for (const [file, bytes] of Object.entries(outcome.after)) {
        // As a JSON text, so that a checkout cannot change line ends or a byte order mark.
        compare(path.join(folder, 'after', `${file}.json`), `${JSON.stringify(bytes.toString('utf8'))}\n`);
      }
    }),
  );
});

/** A missing file stands for no output. */
function compare(file: string, actual: string): void {
  if (UPDATE) {
    if (actual === '') rmSync(file, { force: true });
    else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, actual);
    }
  }
  expect(actual).toBe(existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : '');
}

/** Lets so many tasks run at a time. */
function createGate(limit: number) {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
