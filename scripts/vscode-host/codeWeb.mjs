#!/usr/bin/env node
// A stand-in for the VS Code executable. It takes the arguments that @vscode/test-electron passes to the desktop
// program and runs the same thing in VS Code's server and a headless Chromium. The exit code is the test's result.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from './chromium.mjs';
import { startServer } from './server.mjs';
import { ensureHost } from './setup.mjs';

const LIMIT_MS = Number(process.env.VSCODE_TEST_TIMEOUT_MS ?? 600_000);
// What a server without its native logging and file watching parts says at start; nothing the tests need.
const HARMLESS = /Could not locate the bindings file|build\/Release\/(vscode-)?watchdog/;
const CHATTER = /^(Creating a socket|Resolv|Ignoring fetching|Updating additional|\[|Chat|Creation of)/;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
  },
});

const scratch = mkdtempSync(path.join(tmpdir(), 'code-web-'));
const { entry, chromium: executablePath } = ensureHost();

let browser;
let server;
let code = 1;

async function cleanUp() {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await cleanUp();
    process.exit(130);
  });
}

/** The address of the workbench with a workspace and the tests' payload. */
function address(port) {
  const workspace = positionals[0] && path.resolve(positionals[0]);
  const query = workspace ? `folder=${encodeURIComponent(workspace)}` : 'ew=true';
  const remote = (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = [
    ...(values.extensionDevelopmentPath ?? []).map((file) => ['extensionDevelopmentPath', remote(file)]),
    ...(values.extensionTestsPath ? [['extensionTestsPath', remote(values.extensionTestsPath)]] : []),
  ];
  return `http://127.0.0.1:${port}/?${query}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

function print(type, args) {
  const text = String(args[0]);
  if (HARMLESS.test(text) || (CHATTER.test(text) && !process.env.VSCODE_VERBOSE)) return;
  process[type === 'error' ? 'stderr' : 'stdout'].write(`${format(...args)}\n`);
}

try {
  server = await startServer({
    entry,
    dataDir: values['user-data-dir'] ?? path.join(scratch, 'data'),
    extensionsDir: values['extensions-dir'] ?? path.join(scratch, 'extensions'),
    serverDir: path.join(scratch, 'server'),
    logFile: process.env.VSCODE_SERVER_LOG ?? path.join(scratch, 'server.log'),
  });
  browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
  // The workbench calls these two when they exist: the console of the extension host, and how its tests ended.
  const finished = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction('codeAutomationLog', print);
  await page.goto(address(server.port));
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), LIMIT_MS).unref());
  code = await Promise.race([finished, late]);
  if (code === 'late') console.error(`The extension host gave no result within ${LIMIT_MS} ms.`);
  if (code !== 0 && process.env.VSCODE_FAIL_SHOT) {
    await page.screenshot({ path: process.env.VSCODE_FAIL_SHOT }).catch(() => undefined);
  }
} catch (error) {
  console.error(error);
} finally {
  await cleanUp();
}
process.exit(code === 0 ? 0 : 1);
