import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Surroundings } from './journey';
import { createSteps } from './steps';
import { createWorkbench } from './workbench';

/** A LoRA of the web UI's, which the workspace's own configuration knows nothing of. */
const NAME = 'webui_only';

/** Puts the web UI's LoRA folder into a home folder, as its installation leaves it; returns the folder. */
export function installWebUi(home: string): string {
  const folder = path.join(home, 'stable-diffusion-webui/models/Lora');
  mkdirSync(folder, { recursive: true });
  cpSync('media/demo-model/loras/hat.safetensors', path.join(folder, `${NAME}.safetensors`));
  return folder;
}

/** Somebody who has the web UI and has named no folder is asked about its LoRAs, once. */
export function offer(folder: string) {
  return async (page: Page, surroundings: Surroundings): Promise<number> => {
    const steps = createSteps('the LoRAs of another program');
    const { step } = steps;
    const workbench = createWorkbench(page);
    const question = page.locator('.notification-toast', { hasText: 'LoRA folder of AUTOMATIC1111' });
    const suggestion = page.locator('.suggest-widget.visible .monaco-list-row', { hasText: NAME });

    // A path is a setting of the machine it is on; the server keeps those apart from the user's.
    const settings = path.join(surroundings.dataDir, 'Machine/settings.json');
    const loraPaths = (): unknown =>
      existsSync(settings) ? JSON.parse(readFileSync(settings, 'utf8'))['sdprompt.loraPaths'] : undefined;

    async function open(): Promise<void> {
      await page.locator('.monaco-workbench').waitFor();
      await workbench.openFile('house.sdprompt');
      // The lenses come from the language server: it is up.
      await page.locator('.codelens-decoration', { hasText: 'Generate preview' }).first().waitFor();
    }

    await step('its folder is offered, by name and path', async () => {
      await page.goto(surroundings.url);
      await open();
      await question.waitFor();
      assert.ok((await question.textContent())?.includes(folder));
      await workbench.shot('offer');
    });

    await step('Use puts it into the settings', async () => {
      await question.getByRole('button', { name: 'Use', exact: true }).click();
      await question.waitFor({ state: 'detached' });
      const end = Date.now() + 30_000;
      while (loraPaths() === undefined && Date.now() < end) await page.waitForTimeout(100);
      assert.deepEqual(loraPaths(), [folder]);
    });

    await step('and its LoRAs complete', async () => {
      await workbench.goTo(1, 1);
      await page.keyboard.press('End');
      await page.keyboard.type(` <lora:${NAME.slice(0, 4)}`, { delay: 30 });
      await suggestion.first().waitFor();
      await workbench.shot('offer-used');
      await page.keyboard.press('Escape');
    });

    await step('nobody is asked a second time, not even without the setting', async () => {
      writeFileSync(settings, '{}');
      await page.reload();
      await open();
      // The library is what the offer is made from: once it is listed, the offer would be there.
      await workbench.command('SD Prompt: Show LoRA Library');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'mira' }).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForTimeout(1_000);
      assert.equal(await question.count(), 0);
    });
    return steps.passed;
  };
}
