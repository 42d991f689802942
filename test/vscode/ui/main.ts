import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../../scripts/vscode-host/chromium.mjs';
import { startServer, writeSettings } from '../../../scripts/vscode-host/server.mjs';
import { ensureHost } from '../../../scripts/vscode-host/setup.mjs';
import { journey, type Surroundings } from './journey';
import { restricted } from './restricted';

const FAIL_SHOT = 'test-results/screenshots/editor/failure.png';

/** One scenario in a server, a browser profile and folders of its own; returns how many steps passed. */
async function play(
  name: string,
  scenario: (page: Page, surroundings: Surroundings) => Promise<number>,
  { workspace, extensionsDir }: { workspace: string; extensionsDir: string },
): Promise<{ passed: number; failed: number }> {
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
      writeSettings: (settings) => writeSettings(dataDir, settings),
    });
    return { passed, failed: 0 };
  } catch (error) {
    console.error(error);
    await page?.screenshot({ path: FAIL_SHOT }).catch(() => undefined);
    return { passed: 0, failed: 1 };
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
  const places = { workspace: path.resolve(workspace), extensionsDir: path.resolve(extensionsDir) };
  const counts = [await play('journey', journey, places), await play('restricted', restricted, places)];
  const sum = counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }));
  writeFileSync(results, JSON.stringify(sum));
  process.exitCode = sum.failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
