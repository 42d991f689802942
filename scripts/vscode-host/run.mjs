// The tests in a real editor, on the packaged extension:
//   1. packages the .vsix for this platform and installs it;
//   2. runs the Mocha suite inside the extension host, through @vscode/test-electron;
//   3. plays the user: keys, clicks and looking, through playwright (where the host is a browser).
//
// The host is VSCODE_EXECUTABLE when it is set, VS Code desktop when VSCODE_DESKTOP=1 (test-electron downloads it), and
// otherwise VS Code's server with Chromium (setup.mjs), which works everywhere Node and npm do.
//   node scripts/vscode-host/run.mjs [--vsix=FILE] [--only=suite|ui]
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { HERE, packageExtension } from './package.mjs';
import { installExtension } from './server.mjs';
import { ensureHost } from './setup.mjs';

const RESULTS = 'test-results/vscode.json';
const MAX_VSIX_BYTES = 40 * 2 ** 20;

const option = (name) => {
  const start = `--${name}=`;
  return process.argv.find((argument) => argument.startsWith(start))?.slice(start.length);
};
const only = option('only');
const desktop = process.env.VSCODE_DESKTOP === '1' || process.env.VSCODE_EXECUTABLE !== undefined;
const scratch = mkdtempSync(path.join(tmpdir(), 'sdprompt-host-'));
const extensionsDir = path.join(scratch, 'extensions');
const counts = { passed: 0, failed: 0, failures: [] };

function count({ passed, failed, failures = [] }) {
  counts.passed += passed;
  counts.failed += failed;
  counts.failures.push(...failures);
}

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** The counts a part left behind; a part that left none, or ended badly after the last test, has failed. */
function countFile(file, code) {
  const left = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 1, failures: [`${path.basename(file)} was not written`] };
  count(
    left.failed === 0 && code !== 0
      ? { passed: left.passed, failed: 1, failures: [`ended with code ${code}`] }
      : left,
  );
}

/** A copy for each part: tests write into it. */
function workspaceFor(name) {
  const folder = path.join(scratch, `workspace-${name}`);
  cpSync('test/vscode/workspace', folder, { recursive: true });
  return folder;
}

async function buildTests() {
  await esbuild.build({
    entryPoints: {
      'suite/index': 'test/vscode/suite/index.ts',
      'suite/language.test': 'test/vscode/suite/language.test.ts',
      'suite/generation.test': 'test/vscode/suite/generation.test.ts',
      'suite/commands.test': 'test/vscode/suite/commands.test.ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: 'out/vscode',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
  });
  await esbuild.build({
    entryPoints: { ui: 'test/vscode/ui/main.ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: 'out/vscode',
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    sourcemap: 'inline',
  });
}

/** Installs the package into the folder all hosts of this run use. */
async function install(vsix) {
  if (!desktop) {
    const { entry } = ensureHost();
    installExtension({ entry, serverDir: path.join(scratch, 'server'), extensionsDir, vsix });
    return path.resolve('scripts/vscode-host/codeWeb.mjs');
  }
  const executable = process.env.VSCODE_EXECUTABLE ?? (await downloadAndUnzipVSCode());
  const [cli] = resolveCliArgsFromVSCodeExecutablePath(executable);
  await run(cli, ['--extensions-dir', extensionsDir, '--install-extension', vsix]);
  return executable;
}

async function runSuite(vscodeExecutablePath) {
  const results = path.join(scratch, 'suite.json');
  const code = await runTests({
    vscodeExecutablePath,
    // An empty extension: what is tested is the installed package.
    extensionDevelopmentPath: path.resolve('test/vscode/runner'),
    extensionTestsPath: path.resolve('out/vscode/suite/index'),
    launchArgs: [
      workspaceFor('suite'),
      `--extensions-dir=${extensionsDir}`,
      `--user-data-dir=${path.join(scratch, 'suite-data')}`,
    ],
    extensionTestsEnv: {
      SDPROMPT_TEST_RESULTS: results,
      VSCODE_SERVER_LOG: path.resolve('test-results/logs/suite.log'),
      VSCODE_FAIL_SHOT: path.resolve('test-results/screenshots/editor/suite-failure.png'),
    },
  }).catch((error) => {
    console.error(String(error));
    return 1;
  });
  countFile(results, code);
}

async function runUi() {
  const results = path.join(scratch, 'ui.json');
  const code = await run(process.execPath, ['out/vscode/ui.mjs', workspaceFor('ui'), extensionsDir, results]);
  countFile(results, code);
}

try {
  for (const folder of ['test-results/logs', 'test-results/screenshots/editor'])
    mkdirSync(folder, { recursive: true });
  rmSync(RESULTS, { force: true });
  await buildTests();
  // Packaging builds the bundles (`vscode:prepublish`).
  const vsix = path.resolve(option('vsix') ?? packageExtension(HERE, `test-results/sdprompt-${HERE}.vsix`));
  const { size } = statSync(vsix);
  console.log(`${path.relative('.', vsix)}: ${(size / 2 ** 20).toFixed(1)} MB`);
  count(
    size < MAX_VSIX_BYTES
      ? { passed: 1, failed: 0 }
      : { passed: 0, failed: 1, failures: [`the package has ${size} bytes, more than ${MAX_VSIX_BYTES}`] },
  );
  const executable = await install(vsix);
  if (only !== 'ui') await runSuite(executable);
  if (only !== 'suite' && !desktop) await runUi();
} catch (error) {
  console.error(error);
  count({ passed: 0, failed: 1, failures: [String(error)] });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
mkdirSync(path.dirname(RESULTS), { recursive: true });
writeFileSync(RESULTS, JSON.stringify(counts));
console.log(JSON.stringify(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
