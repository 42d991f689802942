import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../server/src/cli/commands';
import { action, hooks, runStep } from './action';
import { CLI, layOut, PACKAGE, runCli, temporaryTree } from './scenario';

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));
layOut(
  '',
  {
    description: '',
    args: [],
    exitCode: 0,
    write: {
      'good/a b.sdprompt': 'a house\n',
      'warn/$(touch pwned).sdprompt': '(16:9)\n',
      'bad/c.sdprompt': '<lora:x:0,8>\n',
    },
  },
  tree,
);

describe('.pre-commit-hooks.yaml', () => {
  it.each(hooks.map((hook) => [hook.id, hook] as const))(
    '%s runs a command that there is',
    async (_, hook) => {
      const [program, command, ...options] = hook.entry.split(' ');
      expect(program).toBe('sdprompt');
      const entry = COMMANDS.find(({ name }) => name === command);
      const known = Object.keys((await entry?.load())?.options ?? {}).map((name) => `--${name}`);
      expect(known).toEqual(expect.arrayContaining(options));
      expect(new RegExp(hook.files).test('prompts/线稿 v1.2.sdprompt')).toBe(true);
      expect(new RegExp(hook.files).test('notes.txt')).toBe(false);
    },
  );

  it('hands over the names of files as pre-commit does', async () => {
    expect((await runCli(tree, ['lint', 'good/a b.sdprompt', 'bad/c.sdprompt'])).code).toBe(1);
    expect((await runCli(tree, ['format', 'good/a b.sdprompt'])).code).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('action.yml', () => {
  const lintStep = (inputs: Readonly<Record<string, string>>) =>
    runStep('Lint', inputs, { cwd: tree, home: path.join(root, 'home'), actionPath: PACKAGE });

  it('runs the command of the package that it installs', () => {
    const { bin } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
    expect(bin).toEqual({ sdprompt: path.relative(PACKAGE, CLI) });
    expect(action.runs.steps.some(({ run }) => run?.includes('node_modules/.bin/sdprompt'))).toBe(true);
  });

  it.each<[what: string, inputs: Record<string, string>, code: number, output: RegExp]>([
    ['its defaults', {}, 1, /^::error file=bad\/c\.sdprompt,line=1,/m],
    ['a folder', { files: 'good' }, 0, /0 findings in 1 file$/m],
    [
      'several files, one a line',
      { files: 'good/a b.sdprompt\n\nwarn/*.sdprompt\n' },
      0,
      /1 finding in 2 files$/m,
    ],
    ['a limit', { files: 'warn', 'max-warnings': '0' }, 1, /^::warning /m],
    ['another format', { files: 'good', format: 'stylish' }, 0, /^No findings in 1 file\.$/m],
    ['a name that looks like an option', { files: '--fix' }, 2, /^$/],
  ])('with %s', async (_, inputs, code, output) => {
    const outcome = await lintStep(inputs);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toMatch(output);
    expect(existsSync(path.join(tree, 'pwned'))).toBe(false);
  });

  it('writes a report to a file', async () => {
    const outcome = await lintStep({ files: 'good', format: 'sarif', 'output-file': 'out.sarif' });
    expect(outcome).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(path.join(tree, 'out.sarif'), 'utf8')).version).toBe('2.1.0');
  });

  it('has in its page every input there is', () => {
    const page = readFileSync(path.join(PACKAGE, 'docs/ci.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, name, value = '']) => [
      name,
      value,
    ]);
    expect(rows).toEqual(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
  });
});
