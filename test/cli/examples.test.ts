import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PACKAGE, runCli, temporaryTree } from './scenario';

interface Place {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
}

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The examples where they are: the command line finds their configuration above them. */
function lintExamples(...args: string[]) {
  return runCli(PACKAGE, ['lint', ...args], { env: { HOME: tree, USERPROFILE: tree, XDG_CACHE_HOME: tree } });
}

describe('the examples', () => {
  it('examples/broken names every planted mistake with file, line and column, and ends with 1', async () => {
    const expected: Record<string, Place[]> = JSON.parse(
      readFileSync(path.join(PACKAGE, 'examples/broken/expected.json'), 'utf8'),
    );
    const { code, stdout } = await lintExamples('examples/broken');
    const found = stdout
      .split('\n')
      .map((line) => /^(.+?):(\d+):(\d+) {2}(?:error|warning|info|hint) {2}.+? {2}(\S+)$/.exec(line))
      .flatMap((match) => (match ? [`${match[1]}:${match[2]}:${match[3]} ${match[4]}`] : []));
    const planted = Object.entries(expected).flatMap(([name, places]) =>
      places.map(({ rule, line, column }) => `examples/broken/${name}:${line}:${column} ${rule}`),
    );
    expect(found.sort()).toEqual(planted.sort());
    expect(found.length).toBeGreaterThan(30);
    expect(code).toBe(1);
  });

  it('examples/good has no finding and ends with 0', async () => {
    const { code, stdout, stderr } = await lintExamples('examples/good', '--max-warnings', '0');
    expect(stdout).toMatch(/^No findings in \d+ files\.\n$/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
