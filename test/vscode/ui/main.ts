import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../../scripts/vscode-host/chromium.mjs';
import { startServer, writeSettings } from '../../../scripts/vscode-host/server.mjs';
import { ensureHost } from '../../../scripts/vscode-host/setup.mjs';
import { journey, type Surroundings } from './journey';
import { installWebUi, offer } from './offer';
import { restricted } from './restricted';
import { type Outcome, StepFailure } from './steps';
import { createWorkbench } from './workbench';

const FAIL_SHOT = 'test-results/screenshots/editor/failure.png';

/** One scenario in a server, a browser profile and folders of its own; returns how many steps passed. */
async function play(
  name: string,
  scenario: (page: Page, surroundings: Surroundings) => Promise<number>,
  { workspace, extensionsDir, home }: { workspace: string; extensionsDir: string; home: string },
): Promise<Outcome> {
  const { entry, chromium: executablePath } = ensureHost();
  const scratch = mkdtempSync(path.join(tmpdir(), `sdprompt-${name}-`));
  const dataDir = path.join(scratch, 'data');
  writeSettings(dataDir, {
    'editor.codeLens': true,
    'files.autoSave': 'off',
    'editor.minimap.enabled': false,
  });
  const server = await startServer({
    entry,
    dataDir,
    extensionsDir,
    serverDir: path.join(scratch, 'server'),
    home,
    logFile: `test-results/logs/ui-${name}.log`,
  });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  let context: BrowserContext | undefined;
  let page: Page | undefined;
  try {
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    page = await context.newPage();
    const passed = await scenario(page, {
      url: `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(workspace)}`,
      dataDir,
      workspace,
      writeSettings: (settings) => writeSettings(dataDir, settings),
    });
    return { passed, failures: [] };
  } catch (error) {
    console.error(error);
    await page?.screenshot({ path: FAIL_SHOT }).catch(() => undefined);
    if (!(error instanceof StepFailure)) return { passed: 0, failures: [`${name}: ${String(error)}`] };
    const look = page === undefined ? '' : `; ${await looksLike(page)}`;
    return { passed: error.passed, failures: [`${error.message}${look}`] };
  } finally {
    await browser.close().catch(() => undefined);
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const [workspace, extensionsDir, results] = process.argv.slice(2);
  if (!workspace || !extensionsDir || !results)
    throw new Error('usage: WORKSPACE EXTENSIONS_DIR RESULTS.json');
  // Homes of our own: what is installed on this machine must not be offered in the middle of a scenario.
  const homes = mkdtempSync(path.join(tmpdir(), 'sdprompt-homes-'));
  const places = {
    workspace: path.resolve(workspace),
    extensionsDir: path.resolve(extensionsDir),
    home: path.join(homes, 'empty'),
  };
  mkdirSync(places.home);
  const webUi = path.join(homes, 'webui');
  const counts = [
    await play('journey', journey, places),
    await play('restricted', restricted, places),
    await play('offer', offer(installWebUi(webUi)), { ...places, home: webUi }),
  ];
  rmSync(homes, { recursive: true, force: true });
  const failures = counts.flatMap((outcome) => outcome.failures);
  const passed = counts.reduce((sum, outcome) => sum + outcome.passed, 0);
  writeFileSync(results, JSON.stringify({ passed, failed: failures.length, failures }));
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** What was on the screen, in a line: a log is often all that is left of a failure. */
async function looksLike(page: Page): Promise<string> {
  const seen = (locator: Locator) => locator.allInnerTexts().catch(() => ['(gone)']);
  const tabs = await seen(page.locator('.tab'));
  const notes = await seen(page.locator('.notification-list-item'));
  const panels = await page.locator('iframe.webview').count();
  const main = createWorkbench(page).preview.locator('main');
  const phase = await main.getAttribute('data-phase', { timeout: 1000 }).catch(() => 'not there');
  const text = await main.innerText({ timeout: 1000 }).catch(() => '');
  return JSON.stringify({ tabs, notes, panels, phase, text: text.slice(0, 300) });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
