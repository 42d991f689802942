import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hooks, run, runStep } from './action';
import { layOut, PACKAGE, temporaryTree } from './scenario';

const { root, tree } = temporaryTree();
const home = path.join(root, 'home');
const bin = path.join(root, 'bin');
/** The package as a user gets it, unpacked: no folder beside it, so nothing but itself can be read. */
const packed = path.join(root, 'package');
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', root], {
    cwd: PACKAGE,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  const archive = readdirSync(root).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', path.join(root, archive ?? ''), '-C', root]);
  // What npm does with the program of a package.
  const manifest: { bin: { sdprompt: string } } = JSON.parse(
    readFileSync(path.join(packed, 'package.json'), 'utf8'),
  );
  const program = path.join(packed, manifest.bin.sdprompt);
  chmodSync(program, 0o755);
  mkdirSync(bin);
  if (process.platform !== 'win32') symlinkSync(program, path.join(bin, 'sdprompt'));
  layOut(
    '',
    {
      description: '',
      args: [],
      exitCode: 0,
      write: {
        'sdprompt.config.json': '{ "loraPaths": ["builtin"], "baseModel": "demo" }',
        'good/a b.sdprompt': 'lineart, a house, <lora:lineart:1>\n',
        'good/untidy.sdprompt': 'a house ,a tree\n',
        'bad/夜の街.sdprompt': '<lora:lineart:0,8>\n',
      },
    },
    tree,
  );
}, 60_000);

const path_ = [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
const env = { PATH: path_, HOME: home, XDG_CACHE_HOME: path.join(home, '.cache') };

/** As pre-commit does: the entry's words, then the names of the files. */
const runEntry = (entry: string, files: readonly string[] = []) => {
  const [program = '', ...args] = entry.split(' ');
  return run(program, [...args, ...files], { cwd: tree, env });
};
const entryOf = (id: string) => hooks.find((hook) => hook.id === id)?.entry ?? '';

describe.skipIf(process.platform === 'win32')('the package that npm makes', () => {
  it('holds what the command line reads, and none of the sources', () => {
    for (const name of [
      'dist/cli.js',
      'dist/engine.js',
      'dist/server.js',
      'media/demo-model',
      'media/clip',
      'docs/rules',
    ])
      expect(existsSync(path.join(packed, name)), name).toBe(true);
    expect(readdirSync(packed).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'media', 'package.json'].sort(),
    );
    expect(readdirSync(path.join(packed, 'dist')).filter((name) => name.endsWith('.map'))).toEqual([]);
  });

  it('knows its version and its rules', async () => {
    const { version } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
    expect(await runEntry('sdprompt --version')).toEqual({ code: 0, stdout: `${version}\n` });
    const { code, stdout } = await runEntry('sdprompt explain lora-weight');
    expect(code).toBe(0);
    expect(stdout).toContain('0,8');
  });

  it('runs the hook sdprompt-lint', async () => {
    const entry = entryOf('sdprompt-lint');
    expect((await runEntry(entry, ['good/a b.sdprompt'])).code).toBe(0);
    const bad = await runEntry(entry, ['good/a b.sdprompt', 'bad/夜の街.sdprompt']);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^bad\/夜の街\.sdprompt:1:15 {2}error {2}.*`0\.8`.* {2}lora-weight$/m);
  });

  it('runs the hook sdprompt-lock', async () => {
    const entry = entryOf('sdprompt-lock');
    expect((await runEntry(entry)).code).not.toBe(0);
    expect((await runEntry('sdprompt lock good')).code).toBe(0);
    expect((await runEntry(`${entry} good`)).code).toBe(0);
  });

  it('runs the hook sdprompt-format', async () => {
    const file = path.join(tree, 'good/untidy.sdprompt');
    expect((await runEntry(entryOf('sdprompt-format'), ['good/untidy.sdprompt'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('a house, a tree\n');
  });

  it('runs the steps of the action', async () => {
    const place = { cwd: tree, home, actionPath: packed };
    const lint = await runStep('Lint', {}, place);
    expect(lint.code).toBe(1);
    expect(lint.stdout).toMatch(/^::error file=bad\/夜の街\.sdprompt,line=1,col=15,/m);
    expect((await runStep('Lint', { files: 'good' }, place)).code).toBe(0);
    expect((await runStep('Check the lockfile', {}, { ...place, cwd: path.join(tree, 'good') })).code).toBe(
      0,
    );
  });
});
