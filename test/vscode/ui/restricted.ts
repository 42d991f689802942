import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Surroundings } from './journey';
import { createSteps } from './steps';
import { createWorkbench } from './workbench';

/** What Restricted Mode leaves: the language works, nothing is generated. */
export async function restricted(page: Page, surroundings: Surroundings): Promise<number> {
  const steps = createSteps('a folder that is not trusted');
  const { step } = steps;
  const workbench = createWorkbench(page);
  surroundings.writeSettings({
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
    'security.workspace.trust.untrustedFiles': 'open',
  });

  await step('opens in Restricted Mode', async () => {
    await page.goto(surroundings.url);
    await page.locator('.monaco-workbench').waitFor();
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await workbench.openFile('house.sdprompt');
  });

  await step('offers no Generate button', async () => {
    await page
      .locator('.editor-actions')
      .getByRole('button', { name: /Show Preview/ })
      .first()
      .waitFor();
    const generate = page.locator('.editor-actions').getByRole('button', { name: /Generate Preview/ });
    assert.equal(await generate.count(), 0);
  });

  await step('refuses the command from the preview page, says why, and makes nothing', async () => {
    await workbench.command('SD Prompt: Show Preview');
    await workbench.preview.getByRole('button', { name: 'Generate preview' }).click();
    const alert = workbench.preview.getByRole('alert');
    await alert.waitFor();
    assert.match((await alert.textContent()) ?? '', /Restricted Mode/);
    assert.ok(await alert.getByRole('button', { name: /workspace trust/ }).isVisible());
    await workbench.shot('restricted');
    const folder = path.join(surroundings.dataDir, 'User/globalStorage/sdprompt.sdprompt/previews');
    assert.equal(existsSync(folder), false);
  });
  return steps.passed;
}
