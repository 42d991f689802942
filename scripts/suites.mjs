// The suites of `npm test`, one entry each: how to run it and how to count what it did.
import { existsSync, readFileSync } from 'node:fs';

const bin = (name) => `node_modules/.bin/${name}`;

/** Counts a command as one check. */
const oneCheck = (code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, failures: [] });

/** Reads counts a suite left behind; a suite that left none has failed as a whole. */
const countsIn = (file, read) => (code) => {
  if (!existsSync(file)) return { passed: 0, failed: 1, failures: ['left no counts'] };
  const { passed, failed, failures } = read(JSON.parse(readFileSync(file, 'utf8')));
  // A crash after the last test would otherwise pass unseen.
  if (failed === 0 && code !== 0) return { passed, failed: 1, failures: [`ended with code ${code}`] };
  return { passed, failed, failures };
};

const types = ['server/src/language', 'server', 'client', 'media', 'test'].map((project) => ({
  name: `types: ${project}`,
  command: [bin('tsc'), '-p', project],
  count: oneCheck,
}));

export const SUITES = [
  ...types,
  { name: 'lint and format', command: [bin('biome'), 'check', '.'], count: oneCheck },
  { name: 'build', command: ['node', 'esbuild.mjs'], count: oneCheck },
  { name: 'grammar', command: ['node', 'scripts/grammarTest.mjs'], count: oneCheck },
  {
    name: 'unit, language server, command line, engine, fuzz',
    command: [
      bin('vitest'),
      'run',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=test-results/vitest.json',
    ],
    results: 'test-results/vitest.json',
    count: countsIn('test-results/vitest.json', (json) => ({
      passed: json.numPassedTests,
      // A file that does not load has no tests: count it.
      failed:
        json.numFailedTests +
        json.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
          .length,
      failures: json.testResults.flatMap(({ name, status, assertionResults }) =>
        status === 'failed' && assertionResults.length === 0
          ? [`${name} does not load`]
          : assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName),
      ),
    })),
  },
  {
    name: 'in the editor',
    command: ['node', 'scripts/vscode-host/run.mjs'],
    results: 'test-results/vscode.json',
    count: countsIn('test-results/vscode.json', (json) => json),
  },
];
