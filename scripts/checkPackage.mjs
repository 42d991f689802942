// Packs the npm package and installs it in empty folders, as a user's project would: `node scripts/checkPackage.mjs [NPM…]`,
// where each NPM is a version of npm (default: 10 and 11). Needs the registry, or npm's cache of it. Prints each check and
// exits with 1 when one fails.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const { version, devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const runtime = `onnxruntime-node@${devDependencies['onnxruntime-node']}`;
const shell = process.platform === 'win32';
const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-package-'));
let failures = 0;

/** Runs a program without the variables that this process has from npm. */
function run(cwd, command, args, input) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|onnxruntime_)/i.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, shell, input, encoding: 'utf8' });
  return { status, stdout, stderr, text: `${stdout}${stderr}` };
}

/** Starts the language server, asks it what it can do, and ends it after its answer. */
function serve(cwd) {
  const server = spawn(process.execPath, [path.join('node_modules', 'sdprompt', 'dist', 'cli.js'), 'lsp'], {
    cwd,
  });
  const result = { stdout: '', stderr: '' };
  const send = (body) => server.stdin.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  send(
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}',
  );
  server.stdout.on('data', (data) => {
    result.stdout += data;
    if (result.stdout.includes('"capabilities"')) send('{"jsonrpc":"2.0","method":"exit"}');
  });
  server.stderr.on('data', (data) => {
    result.stderr += data;
  });
  return new Promise((resolve) => {
    server.on('close', (status) => resolve({ ...result, status, text: `${result.stdout}${result.stderr}` }));
  });
}

function check(name, passed, result) {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name}`);
  if (passed) return;
  failures++;
  console.log(result.text.trimEnd().replace(/^/gm, '        '));
}

/** npm's own words for trouble, in any version. */
const isQuiet = ({ status, text }) => status === 0 && !/\bwarn|\berror|deprecated/i.test(text);

try {
  const packed = run(ROOT, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = path.join(folder, `sdprompt-${version}.tgz`);
  check('npm pack', packed.status === 0, packed);
  for (const npm of process.argv.length > 2 ? process.argv.slice(2) : ['10', '11']) {
    const npx = ['--yes', `npm@${npm}`, 'install', '--no-audit', '--no-fund'];
    const project = mkdtempSync(path.join(folder, `npm-${npm}-`));
    writeFileSync(path.join(project, 'package.json'), '{ "name": "empty", "version": "1.0.0" }\n');
    writeFileSync(path.join(project, 'a.sdprompt'), 'a {red|red} house\nSteps: 1, Seed: 1, Size: 64x64\n');
    const cli = (args, input) =>
      run(
        project,
        process.execPath,
        [path.join('node_modules', 'sdprompt', 'dist', 'cli.js'), ...args],
        input,
      );

    const alone = run(project, 'npx', [...npx, tarball]);
    check(`npm ${npm} installs the package without a warning`, isQuiet(alone), alone);
    const said = cli(['--version']);
    check('  --version', said.status === 0 && said.stdout.includes(version) && said.stderr === '', said);
    const linted = cli(['lint', 'a.sdprompt']);
    check('  lint', linted.status !== 2 && linted.stderr === '', linted);
    const expanded = cli(['expand', 'a.sdprompt']);
    check(
      '  expand',
      expanded.status === 0 && expanded.stdout.includes('red house') && expanded.stderr === '',
      expanded,
    );
    const served = await serve(project);
    check('  lsp', served.stdout.includes('"capabilities"') && served.stderr === '', served);
    const refused = cli(['render', 'a.sdprompt', '--output', 'out']);
    check(
      '  render says what to install',
      refused.status !== 0 && refused.text.includes('npm install --ignore-scripts onnxruntime-node'),
      refused,
    );

    const whole = run(project, 'npx', [...npx, '--ignore-scripts', runtime]);
    check(`npm ${npm} installs ONNX Runtime, CPU only, without a warning`, isQuiet(whole), whole);
    const drawn = cli(['render', 'a.sdprompt', '--output', 'out']);
    check('  render draws', drawn.status === 0, drawn);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;
