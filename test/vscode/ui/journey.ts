import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type Picture, readPicture } from '../pictures';
import { createSteps } from './steps';
import { createWorkbench, type Workbench } from './workbench';

/** Where the run's things are. */
export interface Surroundings {
  readonly url: string;
  /** User data folder: settings and the extension's storage. */
  readonly dataDir: string;
  /** The folder that is open, a copy. */
  readonly workspace: string;
  /** Changes the user's settings. */
  writeSettings(settings: Record<string, unknown>): void;
}

/** What a user does on the first evening, by keyboard and mouse, on the packaged extension. */
export async function journey(page: Page, surroundings: Surroundings): Promise<number> {
  const steps = createSteps('a first evening');
  const { step } = steps;
  const workbench = createWorkbench(page);
  const { preview } = workbench;
  const press = (...keys: string[]) => pressAll(page, keys);

  await step('a prompt opens in colours', async () => {
    await page.goto(surroundings.url);
    await page.locator('.monaco-workbench').waitFor();
    await workbench.openFile('house.sdprompt');
    await page.locator('.statusbar-item', { hasText: 'SD Prompt' }).first().waitFor();
    // The lenses come from the language server: it is up.
    await page.locator('.codelens-decoration', { hasText: 'Generate preview' }).first().waitFor();
  });

  await step('a LoRA is completed by keyboard', async () => {
    await workbench.goTo(1, 1);
    await press('End');
    await page.keyboard.type(' <lora:linea', { delay: 30 });
    await page.locator('.suggest-widget.visible .monaco-list-row.focused', { hasText: 'lineart' }).waitFor();
    await workbench.shot('completion');
    await press('Enter');
    await waitForText(workbench, /<lora:lineart:[\d.]+>/);
    await press('Escape');
  });

  await step('a misspelt LoRA is underlined', async () => {
    await workbench.openFile('misspelt.sdprompt');
    await page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
    await workbench.goTo(1, 1);
    await press('F8');
    await page.locator('.marker-widget, .peekview-widget').first().waitFor();
    await workbench.shot('diagnostic');
  });

  await step("the rule's page is a click away", async () => {
    await page.locator('.marker-widget, .peekview-widget').getByText('unknown-lora').first().click();
    await preview.getByRole('heading', { name: 'unknown-lora' }).waitFor();
    await workbench.shot('rule-page');
    await press('Control+W');
    await page.locator('.tab', { hasText: 'unknown-lora' }).waitFor({ state: 'detached' });
  });

  await step('and it is fixed by keyboard', async () => {
    await workbench.openFile('misspelt.sdprompt');
    await press('Escape');
    await press('F8');
    await page.locator('.marker-widget, .peekview-widget').first().waitFor();
    await press('Escape');
    await press('Control+.');
    await page.locator('.action-widget .monaco-list-row', { hasText: 'lineart' }).first().waitFor();
    await workbench.shot('quick-fix');
    await press('Enter');
    await waitForText(workbench, /<lora:lineart:0\.8>/);
    await page.locator('.squiggly-error').waitFor({ state: 'detached' });
  });

  const first = await step('Generate, in the title bar, brings a picture', async () => {
    await workbench.openFile('house.sdprompt');
    await page
      .locator('.editor-actions')
      .getByRole('button', { name: /Generate Preview/ })
      .first()
      .click();
    return nextPicture(workbench, surroundings, 0);
  });
  await step('the panel says what was merged', async () => {
    const row = await preview.locator('tbody tr').first().textContent();
    assert.match(row ?? '', /lineart/);
    assert.match(row ?? '', /(\d+) of \1 modules/);
    assert.equal(await preview.locator('.seed').textContent(), '42');
    await workbench.shot('preview');
  });

  await step('and, once that is measured, how much it changes', async () => {
    const summary = preview.locator('details.changes summary');
    await summary.getByText(/lineart \d/).waitFor();
    await summary.click();
    await preview.locator('details.changes tbody th', { hasText: 'mid_block' }).waitFor();
    await workbench.shot('changes');
    await summary.click();
    // The keyboard goes back to the prompt.
    await workbench.openFile('house.sdprompt');
  });

  await step('changing the weight marks the picture as outdated', async () => {
    await changeWeight(workbench, '0.25');
    await preview.getByText('The prompt has changed since').waitFor();
    await workbench.shot('outdated');
  });
  const second = await step('generating again, by key, brings another picture', async () => {
    await press('Control+Alt+Enter');
    return nextPicture(workbench, surroundings, 1);
  });
  const third = await step('and once more, with nothing changed, the same', async () => {
    await press('Control+Alt+Enter');
    return nextPicture(workbench, surroundings, 2);
  });
  await step('the pictures differ as they should', async () => {
    assert.notEqual(first.sha256, second.sha256);
    assert.equal(second.sha256, third.sha256);
    const change = meanDifference(first, second);
    assert.ok(change > 1, `the weight changed the picture by ${change.toFixed(2)} levels only`);
  });

  await step('New seed, in the panel, brings a picture of another seed', async () => {
    await preview.getByRole('button', { name: 'New seed' }).click();
    await nextPicture(workbench, surroundings, 3);
    assert.notEqual(await preview.locator('.seed').textContent(), '42');
  });

  await step('the picture is there again after the panel was hidden', async () => {
    await page.locator('.tab', { hasText: 'SD Prompt Preview' }).click();
    await page.keyboard.press('Control+N');
    await page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await page.locator('.tab', { hasText: 'SD Prompt Preview' }).click();
    await seen(workbench);
  });

  await step('and after the window was reloaded', async () => {
    const seed = await preview.locator('.seed').textContent();
    // The tab in the layout, and what is in it.
    await workbench.stored('mainThreadWebview-sdprompt.preview', `"seed":${seed}`);
    await page.reload();
    await page.locator('.monaco-workbench').waitFor();
    // Which tab was in front may have been stored before the panel came back to the front.
    await page.locator('.tab', { hasText: 'SD Prompt Preview' }).click();
    await seen(workbench);
    assert.equal(await preview.locator('.seed').textContent(), seed);
  });

  await step('settings that change the picture mark it, and unmark it', async () => {
    await workbench.openFile('house.sdprompt');
    // The language server is up again, and sees files change.
    await page.locator('.codelens-decoration', { hasText: 'Generate preview' }).first().waitFor();
    const config = path.join(surroundings.workspace, 'sdprompt.config.jsonc');
    const before = readFileSync(config, 'utf8');
    const mark = preview.getByText('Settings have changed since');
    writeFileSync(
      config,
      JSON.stringify({ models: { demo: { path: 'builtin', vae: 'other.safetensors' } } }),
    );
    await mark.waitFor();
    writeFileSync(config, before);
    await mark.waitFor({ state: 'hidden' });
  });

  await step('a picture dropped on the panel is what its block starts from', async () => {
    const [file] = list(previews(surroundings));
    await drop(workbench, 'dropped.png', readFileSync(file!));
    const question = page.locator('.notification-list-item', {
      hasText: 'holds the prompt it was made from',
    });
    await question.getByRole('button', { name: 'Start from It' }).click();
    await workbench.openFile('house.sdprompt');
    await waitForText(workbench, /Model: demo, Init image: dropped\.png/);
    assert.deepEqual(readFileSync(path.join(surroundings.workspace, 'dropped.png')), readFileSync(file!));
    await press('Control+Z');
    await waitForText(workbench, /Model: demo\s*$/m);
  });

  await step('a model that is not there is explained, with a way out', async () => {
    await workbench.openFile('nomodel.sdprompt');
    await press('Control+Alt+Enter');
    await preview.getByRole('alert').waitFor();
    assert.match((await preview.getByRole('alert').textContent()) ?? '', /not-here/);
    assert.ok(await preview.locator('img.image').isVisible());
    await workbench.shot('problem');
    await preview.getByRole('button', { name: 'Use the built-in model' }).click();
    await nextPicture(workbench, surroundings, 4);
  });

  await step('the LoRA library lists what is installed', async () => {
    await workbench.openFile('house.sdprompt');
    await workbench.command('SD Prompt: Show LoRA Library');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'mira' }).waitFor();
    await workbench.shot('library');
    await press('Escape');
  });

  for (const [name, theme] of THEMES) {
    await step(`it looks right in ${theme}`, async () => {
      await workbench.theme(theme);
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await page.waitForTimeout(500);
      await workbench.shot(`theme-${name}`);
    });
  }

  await step('nothing complained', async () => {
    const complaints = page.locator('.notifications-toasts .notification-list-item:has(.codicon-error)');
    assert.deepEqual(await complaints.allTextContents(), []);
  });
  return steps.passed;
}

const THEMES = [
  ['vs', 'Light Modern'],
  ['hc-black', 'Dark High Contrast'],
  ['vs-dark', 'Dark Modern'],
] as const;

async function pressAll(page: Page, keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function waitForText(workbench: Workbench, pattern: RegExp): Promise<void> {
  const end = Date.now() + 30_000;
  let text = '';
  while (Date.now() < end) {
    text = await workbench.editorText();
    if (pattern.test(text)) return;
    await workbench.page.waitForTimeout(50);
  }
  throw new Error(`${pattern} did not appear in:\n${text}`);
}

async function changeWeight(workbench: Workbench, weight: string): Promise<void> {
  const [line] = (await workbench.editorText()).split('\n');
  const match = /<lora:lineart:([\d.]+)>/.exec(line ?? '');
  assert.ok(match, `no LoRA in ${line}`);
  await workbench.page.locator('.editor-group-container .monaco-editor .view-lines').first().click();
  await workbench.goTo(1, match.index + '<lora:lineart:'.length + 1);
  await pressAll(workbench.page, Array<string>(match[1]!.length).fill('Delete'));
  await workbench.page.keyboard.type(weight);
  await pressAll(workbench.page, ['Escape']);
}

/** Waits until the panel has finished and `before + 1` pictures lie in the folder; returns the newest. */
async function nextPicture(
  workbench: Workbench,
  { dataDir }: Surroundings,
  before: number,
): Promise<Picture> {
  const folder = previews({ dataDir });
  const end = Date.now() + 90_000;
  for (;;) {
    const names = list(folder);
    if (names.length > before) {
      const newest = names[names.length - 1]!;
      await workbench.preview
        .locator(`img.image[src*="${encodeURIComponent(path.basename(newest))}"]`)
        .waitFor();
      await seen(workbench);
      return readPicture(newest);
    }
    if (Date.now() > end) throw new Error(`No new picture in ${folder}: ${names.join(', ')}`);
    await workbench.page.waitForTimeout(100);
  }
}

/** Where the extension keeps its pictures. */
function previews({ dataDir }: Pick<Surroundings, 'dataDir'>): string {
  return path.join(dataDir, 'User/globalStorage/sdprompt.sdprompt/previews');
}

/** Lets go of a file over the preview page, as a browser tells a page of it. */
async function drop({ preview }: Workbench, name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, base64: Buffer.from(bytes).toString('base64') };
  await preview.locator('body').evaluate((body, dropped) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(dropped.base64), (character) => character.charCodeAt(0));
    data.items.add(new File([content], dropped.name, { type: 'image/png' }));
    body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, file);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.png'))
      .map((name) => path.join(folder, name))
      .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  } catch {
    return [];
  }
}

/** The picture is loaded and drawn in the page. */
async function seen({ preview }: Workbench): Promise<void> {
  await preview.locator('main[data-phase="done"] img.image').waitFor();
  // Loaded, however often the page had to ask for it.
  await preview.locator('img.image').evaluate((node) => {
    const image = node as HTMLImageElement;
    if (image.complete && image.naturalWidth > 0) return undefined;
    return new Promise((resolve) => image.addEventListener('load', () => resolve(undefined), { once: true }));
  });
  const width = await preview
    .locator('img.image')
    .evaluate((image) => (image as HTMLImageElement).naturalWidth);
  assert.equal(width, 96);
}

/** Mean difference of the colour values, 0 … 255. */
function meanDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let n = 0; n < a.rgb.length; n += 1) sum += Math.abs(a.rgb[n]! - (b.rgb[n] ?? 0));
  return sum / a.rgb.length;
}
