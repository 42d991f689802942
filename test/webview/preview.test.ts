import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewState } from '../../server/src/shared/previewMessages';
import { launch, openPreview, type PreviewPageUnderTest } from './pages';
import { IMAGE, STATES } from './states';
import { THEMES, type ThemeName } from './themes';

let browser: Browser;
let opened: PreviewPageUnderTest;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());
afterEach(() => opened?.page.context().close());

async function shown(state: PreviewState, options?: Parameters<typeof openPreview>[1]): Promise<Page> {
  opened = await openPreview(browser, options);
  await opened.show(state);
  await opened.page.locator(`main[data-phase="${state.phase}"]`).waitFor();
  return opened.page;
}

async function lastSent() {
  return (await opened.sent()).at(-1);
}

describe('the page', () => {
  it('says that it is ready, and keeps what it is told to remember', async () => {
    opened = await openPreview(browser);
    expect(await opened.sent()).toEqual([{ type: 'ready' }]);
    await opened.show(STATES.done, { version: 1, any: 'thing' });
    await opened.page.locator('main[data-phase="done"]').waitFor();
    expect(await opened.remembered()).toEqual({ version: 1, any: 'thing' });
  });

  it('ignores messages of no known kind', async () => {
    const page = await shown(STATES.done);
    await page.evaluate(() => {
      for (const junk of [null, 7, 'state', {}, { type: 'state' }, { type: 'state', state: null }]) {
        window.postMessage(junk, '*');
      }
    });
    await opened.show({ ...STATES.done, title: 'after the junk' });
    await page.getByRole('heading', { name: 'after the junk' }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  it('tells an empty-handed user what to press', async () => {
    const page = await shown(STATES.empty);
    expect(await page.locator('.empty').textContent()).toMatch(/Ctrl\s*\+\s*Alt\s*\+\s*Enter/);
    await page.getByRole('button', { name: 'Generate preview' }).click();
    expect(await lastSent()).toEqual({ type: 'generate', seed: 'block' });
  });

  it('shows the picture enlarged with hard pixels, and at its own size on demand', async () => {
    const page = await shown(STATES.done);
    const image = page.locator('img.image');
    const fitted = await image.boundingBox();
    expect(fitted!.width).toBeGreaterThan(300);
    expect(await image.evaluate((img) => getComputedStyle(img).imageRendering)).toBe('pixelated');
    await page.getByRole('button', { name: 'Actual size (96 × 96)' }).click();
    const actual = await image.boundingBox();
    expect([actual!.width, actual!.height]).toEqual([96, 96]);
  });

  it('smooths large pictures', async () => {
    const page = await shown({ ...STATES.done, image: { ...IMAGE, width: 512, height: 768 } });
    expect(await page.locator('img.image').evaluate((img) => getComputedStyle(img).imageRendering)).toBe(
      'auto',
    );
  });

  it('says seed, time, size and what was merged', async () => {
    const page = await shown(STATES.done);
    const text = await page.locator('.details').textContent();
    expect(text).toContain('1337');
    expect(text).toContain('0.42 s');
    expect(text).toContain('96 × 96');
    const rows = page.locator('tbody tr');
    expect(await rows.nth(0).locator('th, td').allTextContents()).toEqual([
      'lineart',
      '0.8',
      'lora',
      '84 of 84 modules',
    ]);
    const second = await rows.nth(1).textContent();
    expect(second).toContain('text 0, image 1');
    expect(second).toContain('61 of 84 modules');
    expect(second).toContain('23 modules of the text encoder: weight 0');
    expect(text).toContain('LoRAs were merged into the weights');
  });

  it('says how much the LoRAs change, and where when it is opened', async () => {
    const page = await shown(STATES.measured);
    const summary = page.locator('.changes summary');
    expect(await summary.textContent()).toBe('Change of the weights lineart 18\u00a0% · top-hat 5.4\u00a0%');
    expect(await page.locator('.twins li').allTextContents()).toEqual([
      'lineart and ink_lines_final_v2 are the same changes under two names: their weights add up.',
    ]);
    const table = page.locator('.changes table');
    expect(await table.isVisible()).toBe(false);
    await summary.click();
    const rows = table.locator('tbody tr');
    const cells = async (index: number) => rows.nth(index).locator('th, td').allTextContents();
    expect([await cells(0), await cells(1), await cells(4), await cells(5)]).toEqual([
      ['lineart', '18\u00a0%', '60'],
      ['text encoder', '0.42\u00a0%', '12 of 12'],
      ['up_blocks.1', '32\u00a0%', '24 of 33'],
      ['top-hat', '5.4\u00a0%', '24'],
    ]);
  });

  it('says nothing of changes before they are measured, and keeps them open for the next picture', async () => {
    const page = await shown(STATES.measured);
    await page.locator('.changes summary').click();
    await opened.show(STATES.done);
    await page.locator('.measured').waitFor({ state: 'hidden' });
    await opened.show({ ...STATES.measured, image: { ...STATES.measured.image, seed: 5 } });
    await page.locator('.changes table').waitFor();
  });

  it('says so when nothing was merged', async () => {
    const page = await shown(STATES.plain);
    expect(await page.locator('.merged').textContent()).toBe('No LoRA was merged.');
  });

  it('keeps the last picture in sight while the next one runs', async () => {
    const page = await shown(STATES.rerun);
    expect(await page.locator('img.image').isVisible()).toBe(true);
    expect(await page.locator('img.step').isVisible()).toBe(true);
    expect(await page.getByRole('progressbar', { name: 'Step 7 of 20' }).getAttribute('value')).toBe('0.33');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await lastSent()).toEqual({ type: 'cancel' });
  });

  it('gives the first run’s steps the whole stage', async () => {
    const page = await shown(STATES.firstRun);
    const box = await page.locator('img.step').boundingBox();
    expect(box!.width).toBeGreaterThan(300);
    expect(await page.locator('img.image').isVisible()).toBe(false);
  });

  it('leaves the bar open while nobody knows how long it takes', async () => {
    const page = await shown(STATES.loading);
    expect(
      await page.getByRole('progressbar', { name: 'Loading the model demo' }).getAttribute('value'),
    ).toBeNull();
  });

  it('cancels with Escape while running, and only then', async () => {
    const page = await shown(STATES.rerun);
    await page.keyboard.press('Escape');
    expect(await lastSent()).toEqual({ type: 'cancel' });
    const before = (await opened.sent()).length;
    await opened.show(STATES.done);
    await page.locator('main[data-phase="done"]').waitFor();
    await page.keyboard.press('Escape');
    expect((await opened.sent()).length).toBe(before);
  });

  it('marks a picture the prompt has moved on from', async () => {
    const page = await shown(STATES.outdated);
    expect(await page.locator('.outdated').isVisible()).toBe(true);
    expect(await page.locator('.warnings').textContent()).toContain('Philox');
    await page.getByRole('button', { name: 'Generate again' }).click();
    expect(await lastSent()).toEqual({ type: 'generate', seed: 'block' });
    await opened.show(STATES.done);
    await page.getByText('The prompt has changed').waitFor({ state: 'hidden' });
  });

  it('sends what is dropped on it: an address where there is one, else the bytes', async () => {
    const page = await shown(STATES.done);
    const drop = (kind: 'uri' | 'file') =>
      page.evaluate((what) => {
        const data = new DataTransfer();
        if (what === 'uri') data.setData('text/uri-list', '# a comment\r\nfile:///a%20b.png\r\n');
        else data.items.add(new File([new Uint8Array([1, 2, 3])], 'cat.png', { type: 'image/png' }));
        const event = (type: string) =>
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event('dragenter'));
        const over = event('dragover');
        document.body.dispatchEvent(over);
        const marked = document.querySelector('main.dragged-over') !== null;
        document.body.dispatchEvent(event('drop'));
        return { marked, accepted: over.defaultPrevented };
      }, kind);
    expect(await drop('uri')).toEqual({ marked: true, accepted: true });
    expect(await lastSent()).toEqual({ type: 'drop', uri: 'file:///a%20b.png' });
    expect(await page.locator('main.dragged-over').count()).toBe(0);
    await drop('file');
    await expect.poll(lastSent).toMatchObject({ type: 'drop', name: 'cat.png' });
  });

  it('says what went wrong, what to do, and offers to do it', async () => {
    const page = await shown(STATES.failedFirst);
    const alert = page.getByRole('alert');
    expect(await alert.textContent()).toContain('The prompt asks for the model "sd15"');
    await alert.getByRole('button', { name: 'Use the built-in model' }).click();
    expect(await lastSent()).toEqual({ type: 'action', id: 'useBuiltInModel' });
    expect(await page.locator('img.image').isVisible()).toBe(false);
  });

  it('keeps the last picture after a failure', async () => {
    const page = await shown(STATES.failed);
    expect(await page.getByRole('alert').isVisible()).toBe(true);
    expect(await page.locator('img.image').isVisible()).toBe(true);
  });

  it('says so when the picture’s file is gone', async () => {
    const page = await shown({ ...STATES.done, image: { ...IMAGE, src: 'https://preview.test/gone.txt' } });
    await page.getByText('The picture file is gone').waitFor();
  });

  it('announces the end of a run, not its steps', async () => {
    const page = await shown(STATES.rerun);
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('Generating a picture');
    await opened.show({ ...STATES.rerun, progress: { label: 'Step 8 of 20', fraction: 0.4 } });
    await page.getByText('Step 8 of 20').waitFor();
    expect(await status.textContent()).toBe('Generating a picture');
    await opened.show(STATES.done);
    await page.locator('main[data-phase="done"]').waitFor();
    expect(await status.textContent()).toBe('Picture ready after 0.42 s, seed 1337');
  });
});

describe('the keyboard', () => {
  it('reaches everything, in reading order, and keeps the focus through updates', async () => {
    const page = await shown(STATES.done);
    const order: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const { activeElement: active } = document;
        return active?.getAttribute('aria-label') ?? active?.textContent ?? '';
      });
      order.push(name);
    }
    expect(order).toEqual([
      'Picture',
      'Actual size (96 × 96)',
      'Generate',
      'Save…',
      'Copy parameters',
      'Copy the seed',
      'Reuse seed',
      'New seed',
      'Parameters',
      expect.anything(),
    ]);
  });

  it('opens what the LoRAs change', async () => {
    const page = await shown(STATES.measured);
    await page.getByRole('button', { name: 'New seed' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.changes table').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Change of the weights/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Parameters');
  });

  it('sends what each button says', async () => {
    const page = await shown(STATES.done);
    const expected = [
      ['Save…', { type: 'save' }],
      ['Copy parameters', { type: 'copyInfotext' }],
      ['Copy the seed', { type: 'copySeed' }],
      ['Reuse seed', { type: 'generate', seed: 'same' }],
      ['New seed', { type: 'generate', seed: 'new' }],
    ] as const;
    for (const [name, message] of expected) {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
      expect(await lastSent()).toEqual(message);
    }
  });

  it('keeps the focus on a button while the state changes around it', async () => {
    const page = await shown(STATES.done);
    await page.getByRole('button', { name: 'New seed' }).focus();
    await opened.show({ ...STATES.done, image: { ...IMAGE, seed: 4 } });
    await page.locator('.seed', { hasText: '4' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('New seed');
  });
});

describe('hostile text', () => {
  const PAYLOADS = [
    '<script>globalThis.owned = 1</script>',
    '<img src=x onerror="globalThis.owned = 1">',
    '"><svg onload=globalThis.owned=1>',
    'javascript:globalThis.owned=1',
    '</pre><iframe srcdoc="<script>parent.owned=1</script>"></iframe>',
    "' onmouseover='globalThis.owned=1",
    '\u202e\u0000\ud800 \u{1f3a8}',
    'x'.repeat(100_000),
  ];

  it('stays text, wherever it appears', async () => {
    opened = await openPreview(browser);
    const { page } = opened;
    for (const payload of PAYLOADS) {
      await opened.show({
        phase: 'failed',
        title: payload,
        fileName: payload,
        modelName: payload,
        warnings: [payload],
        image: {
          ...IMAGE,
          infotext: payload,
          strategy: payload,
          merged: [
            { ...IMAGE.merged[0]!, name: payload, networkType: payload, applied: 1, reasons: [payload] },
          ],
          changes: {
            loras: [
              {
                name: payload,
                ratio: 1,
                blocks: [{ block: payload, ratio: 1, touched: 1, modules: 1 }],
              },
            ],
            twins: [{ names: [payload, payload], isOpposite: true }],
          },
        },
        problem: { code: 'x', message: payload, remedy: payload, actions: [{ id: payload, label: payload }] },
      });
      await page.waitForFunction(
        (text) => document.querySelector('.infotext')?.textContent === text,
        payload,
      );
    }
    expect(await page.evaluate(() => (globalThis as { owned?: number }).owned)).toBeUndefined();
    expect(await page.locator('main script, main iframe, main svg').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });
});

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

describe.each(Object.keys(THEMES) as ThemeName[])('in the %s theme', (theme) => {
  it('has no accessibility violations in any state', { timeout: 120_000 }, async () => {
    opened = await openPreview(browser, { theme });
    const { page } = opened;
    await page.evaluate(AXE);
    for (const [name, state] of Object.entries(STATES)) {
      await opened.show(state);
      await page.locator(`main[data-phase="${state.phase}"]`).waitFor();
      // What is folded away is looked at too.
      await page.evaluate((isOpen) => {
        for (const details of document.querySelectorAll('details')) details.open = isOpen;
      }, name === 'measured');
      await page.waitForTimeout(30);
      await opened.shot(name);
      const violations = await page.evaluate(async () => {
        type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        const { violations: found } = await (globalThis as unknown as { axe: Axe }).axe.run();
        return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
      });
      expect({ state: name, violations }).toEqual({ state: name, violations: [] });
    }
    expect(opened.complaints).toEqual([]);
  });
});

it.each(['outdated', 'measured'] as const)('fits into a narrow column: %s', async (name) => {
  const page = await shown(STATES[name], { width: 280 });
  await page.evaluate(() => document.querySelector('details')?.setAttribute('open', ''));
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await opened.shot(`narrow-${name}`);
});
