// Gets a whole VS Code that needs no desktop: the server and web workbench out of the npm package code-server, driven by
// Chromium. Nothing is compiled and nothing is downloaded but from the npm registry (and Debian's for Chromium).
//   node scripts/vscode-host/setup.mjs
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureChromium } from './chromium.mjs';

// VS Code 1.100, the oldest the extension supports, and the newest that runs on Node 20.
const CODE_SERVER = 'code-server@4.100.3';
// The version VS Code 1.100 asks for downloads its binary after the installation; this one carries it.
const RIPGREP = '@vscode/ripgrep@1.18.0';

const root = path.resolve(process.env.VSCODE_SERVER_ROOT ?? '.vscode-test/server');
const vscode = path.join(root, 'node_modules/code-server/lib/vscode');
const finished = path.join(vscode, '.sdprompt-ready');

/** The server's entry point, after installing it if it is not there; and a Chromium. */
export function ensureHost() {
  const chromium = ensureChromium();
  const entry = path.join(vscode, 'out/server-main.js');
  if (!existsSync(finished) && !isComplete(entry)) install();
  return { entry, chromium };
}

/** An installation made by hand counts too. */
function isComplete(entry) {
  return existsSync(entry) && existsSync(path.join(vscode, 'node_modules.asar'));
}

function install() {
  console.error(`Installing ${CODE_SERVER} into ${root} (once, about 325 MB)…`);
  mkdirSync(root, { recursive: true });
  if (!existsSync(path.join(root, 'package.json'))) {
    writeFileSync(path.join(root, 'package.json'), '{"private":true}\n');
  }
  // Scripts would compile modules the tests do not need: terminals, Kerberos, log files.
  npm(root, 'install', '--no-save', CODE_SERVER, RIPGREP);
  npm(vscode, 'install', '--omit=dev', '--no-save');
  npm(path.join(vscode, 'extensions'), 'install', '--omit=dev', '--no-save');
  copyRipgrep();
  if (!existsSync(path.join(vscode, 'node_modules.asar'))) {
    symlinkSync('node_modules', path.join(vscode, 'node_modules.asar'));
  }
  writeFileSync(finished, '');
}

function npm(cwd, ...args) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  execFileSync('npm', [...quiet, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function copyRipgrep() {
  const scope = path.join(root, 'node_modules/@vscode');
  const wanted = path.join(vscode, 'node_modules/@vscode/ripgrep');
  if (!existsSync(wanted)) return;
  const carrier = readdirSync(scope).find((name) => existsSync(path.join(scope, name, 'bin/rg')));
  if (carrier === undefined) return;
  mkdirSync(path.join(wanted, 'bin'), { recursive: true });
  copyFileSync(path.join(scope, carrier, 'bin/rg'), path.join(wanted, 'bin/rg'));
}

// The name is asked for too: the tests bundle this file into another.
if (process.argv[1]?.endsWith('setup.mjs') && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { entry, chromium } = ensureHost();
  console.log(`VS Code server: ${path.relative('.', entry)}\nChromium: ${chromium}`);
}
