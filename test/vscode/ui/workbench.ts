import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';

const SHOTS = 'test-results/screenshots/editor';
/** Generous: the machine may be shared. */
const PATIENCE_MS = 90_000;

/** The workbench as a user works it: by keys, by clicks, and by looking. */
export interface Workbench {
  readonly page: Page;
  /** The preview page, inside its two frames. */
  readonly preview: FrameLocator;
  openFile(name: string): Promise<void>;
  command(title: string): Promise<void>;
  /** Chooses a colour theme by its label. */
  theme(label: string): Promise<void>;
  /** The text of the editor with the focus, as far as it is on the screen. */
  editorText(): Promise<string>;
  /** Puts the cursor to a line and column, counted from one. */
  goTo(line: number, column: number): Promise<void>;
  /**
   * Waits until the editor has stored something with each of the words in it. In a browser VS Code writes what a reload
   * needs, the open tabs among it, a few seconds after it changed; a window reloaded sooner comes back without it.
   */
  stored(...words: string[]): Promise<void>;
  shot(name: string): Promise<void>;
}

export function createWorkbench(page: Page): Workbench {
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(SHOTS, { recursive: true });
  const picker = page.locator('.quick-input-widget');

  /** Types into the open picker and takes the row that then has the focus. */
  async function choose(text: string, row: string): Promise<void> {
    await picker.locator('input').first().fill(text);
    // The list is filtered a moment after the typing: Enter counts only once the right row has the focus.
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: row }).waitFor();
    await page.keyboard.press('Enter');
  }

  const closed = () => picker.waitFor({ state: 'hidden' });

  async function goTo(line: number, column: number): Promise<void> {
    await page.keyboard.press('Control+G');
    await picker.waitFor();
    await picker.locator('input').first().fill(`:${line}:${column}`);
    await page.keyboard.press('Enter');
    await picker.waitFor({ state: 'hidden' });
    // The keyboard goes back to the editor a moment after the picker is gone; a key pressed before goes nowhere.
    await page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  }

  const editor = () => page.locator('.editor-group-container.active .monaco-editor').first();

  return {
    page,
    preview: page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame'),
    async openFile(name) {
      // The keyboard may be in the preview page, which keeps it to itself.
      await page.locator('.part.titlebar').click({ position: { x: 5, y: 5 } });
      await page.keyboard.press('Control+1');
      await page.keyboard.press('Control+P');
      await picker.waitFor();
      await choose(name, name);
      await closed();
      await page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor();
      await editor().locator('.view-lines').click();
      await goTo(1, 1);
    },
    async command(title) {
      await page.keyboard.press('F1');
      await picker.waitFor();
      await choose(`>${title}`, title);
    },
    async theme(label) {
      await closed();
      await page.keyboard.press('Control+K');
      await page.keyboard.press('Control+T');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Light Modern' }).first().waitFor();
      await choose(label, label);
      await closed();
    },
    async editorText() {
      const lines = await editor().locator('.view-line').allTextContents();
      return lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');
    },
    goTo,
    async stored(...words) {
      const end = Date.now() + PATIENCE_MS;
      let missing = words;
      while (missing.length > 0) {
        if (Date.now() > end) throw new Error(`Not stored: ${missing.join(', ')}`);
        await page.waitForTimeout(200);
        const values = await page.evaluate(storedValues);
        missing = words.filter((word) => !values.some((value) => value.includes(word)));
      }
    },
    async shot(name) {
      await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
    },
  };
}

/** Every value in the browser's databases of VS Code's state. Runs in the page. */
async function storedValues(): Promise<string[]> {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('no access'));
    });
  const values: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db-')) continue;
    const database = await settled(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all: unknown[] = await settled(database.transaction(store).objectStore(store).getAll());
      values.push(...all.map(String));
    }
    database.close();
  }
  return values;
}
