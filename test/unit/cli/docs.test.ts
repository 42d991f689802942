import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../../server/src/cli/commands';
import { commandHelp } from '../../../server/src/cli/help';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/cli.md');

/** The text between the markers of a command is its help; `npx vitest run test/unit/cli/docs -u` writes it anew. */
it('docs/cli.md shows the help of every command as it is', async () => {
  let page = readFileSync(PAGE, 'utf8');
  for (const entry of COMMANDS) {
    const marker = `<!-- help of ${entry.name} -->`;
    const help = commandHelp(entry, await entry.load()).trimEnd();
    const block = new RegExp(`${marker}\\n\`\`\`text\\n[^]*?\`\`\``);
    expect(block.test(page), marker).toBe(true);
    page = page.replace(block, () => `${marker}\n\`\`\`text\n${help}\n\`\`\``);
  }
  await expect(page).toMatchFileSnapshot(PAGE);
});
