import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { previewHtml } from '../../client/src/preview/html';
import { CHROMIUM_FLAGS, ensureChromium } from '../../scripts/vscode-host/chromium.mjs';
import type { FromPreview, PreviewState } from '../../server/src/shared/previewMessages';
import { THEMES, type ThemeName } from './themes';

const ORIGIN = 'https://preview.test';
const SHOTS = 'test-results/screenshots/webview';

export interface PreviewPageUnderTest {
  readonly page: Page;
  show(state: PreviewState, memory?: unknown): Promise<void>;
  /** Everything the page has sent, `ready` first. */
  sent(): Promise<FromPreview[]>;
  remembered(): Promise<unknown>;
  /** Violations of the content security policy, and errors of the script. */
  readonly complaints: string[];
  shot(name: string): Promise<void>;
}

export async function launch(): Promise<Browser> {
  mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
}

let script: Promise<string> | undefined;

/** The page's script as the product bundles it. */
function bundle(): Promise<string> {
  script ??= esbuild
    .build({
      entryPoints: ['media/preview/main.ts'],
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    })
    .then(({ outputFiles }) => outputFiles[0]!.text);
  return script;
}

/** Opens the real frame, policy and script, with a stand-in for VS Code's side of the door. */
export async function openPreview(
  browser: Browser,
  options: { theme?: ThemeName; width?: number; height?: number } = {},
): Promise<PreviewPageUnderTest> {
  const { theme = 'dark', width = 700, height = 860 } = options;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));

  const html = previewHtml({
    cspSource: ORIGIN,
    nonce: 'testnonce',
    script: await bundle(),
    style: readFileSync('media/preview/preview.css', 'utf8'),
  });
  await page.route(`${ORIGIN}/**`, (route) => {
    const name = path.posix.basename(new URL(route.request().url()).pathname);
    if (name === 'index.html') return route.fulfill({ contentType: 'text/html', body: html });
    if (name.endsWith('.png')) {
      return route.fulfill({ contentType: 'image/png', body: readFileSync(`test/webview/fixtures/${name}`) });
    }
    return route.fulfill({ status: 404, body: '' });
  });
  await page.addInitScript(() => {
    const door = { sent: [] as unknown[], state: undefined as unknown };
    Object.assign(globalThis, {
      door,
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => door.sent.push(message),
        getState: () => door.state,
        setState: (state: unknown) => {
          door.state = state;
        },
      }),
    });
  });
  await page.goto(`${ORIGIN}/index.html`);
  await page.evaluate((variables) => {
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
    style.setProperty('--vscode-font-family', 'DejaVu Sans, sans-serif');
    style.setProperty('--vscode-font-size', '13px');
    style.setProperty('--vscode-editor-font-family', 'DejaVu Sans Mono, monospace');
    style.background = 'var(--vscode-editor-background)';
  }, THEMES[theme]);

  type Door = { door: { sent: FromPreview[]; state: unknown } };
  return {
    page,
    complaints,
    show: (state, memory) =>
      page.evaluate((message) => window.postMessage(message, '*'), { type: 'state', state, memory }),
    sent: () => page.evaluate(() => (globalThis as unknown as Door).door.sent),
    remembered: () => page.evaluate(() => (globalThis as unknown as Door).door.state),
    shot: async (name) => {
      await page.screenshot({ path: path.join(SHOTS, `${name}-${theme}.png`), fullPage: true });
    },
  };
}
