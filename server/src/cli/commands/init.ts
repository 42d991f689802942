import { access } from 'node:fs/promises';
import path from 'node:path';
import { suggestFolders } from '../../library/locations';
import { CONFIG_NAMES, type RawConfiguration } from '../../workspace/config/configuration';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { type Findings, scanForInit } from '../initScan';
import type { Io } from '../io';
import { plural } from '../plural';
import { writeWhole } from '../writeWhole';

export const initCommand: Command = {
  usage: '',
  options: {
    'dry-run': { type: 'boolean', help: 'print the configuration instead of writing it' },
  },

  async run({ io, positionals, flag }) {
    if (positionals.length > 0)
      throw new UsageError('init works in the current folder and takes no arguments.');
    for (const name of CONFIG_NAMES) {
      if (await exists(path.join(io.cwd, name))) {
        printProblem(io, {
          code: 'already-there',
          message: `${name} is there already; nothing was changed.`,
          remedy: 'Edit it, or remove it and run init again.',
        });
        return EXIT.trouble;
      }
    }
    const found = await scanForInit(io.cwd);
    const text = `${JSON.stringify(configurationFor(found), null, 2)}\n`;
    if (flag('dry-run')) {
      io.stdout.write(text);
      return EXIT.clean;
    }
    const written = await writeWhole(path.join(io.cwd, CONFIG_NAMES[0]), text, CONFIG_NAMES[0]);
    if (!written.ok) {
      printProblem(io, written.problem);
      return EXIT.trouble;
    }
    io.stdout.write(`${CONFIG_NAMES[0]} is written.\n`);
    describe(io, found);
    if (found.loras === 0) await suggest(io);
    io.stdout.write('Next: sdprompt lint\n');
    return EXIT.clean;
  },
};

function configurationFor(found: Findings): RawConfiguration {
  const declared = commonArchitecture(found);
  const models = Object.fromEntries<{ path: string } | { architecture: string }>(
    [...found.models].map(([name, file]) => [name, { path: file }]),
  );
  if (found.models.size === 0 && declared !== undefined) models[declared] = { architecture: declared };
  const names = Object.keys(models);
  return {
    extends: 'recommended',
    ...(found.loraFolders.length > 0 && { loraPaths: found.loraFolders }),
    ...(found.embeddingFolders.length > 0 && { embeddingPaths: found.embeddingFolders }),
    ...(found.wildcardFolders.length > 0 && { wildcardPaths: found.wildcardFolders }),
    ...(found.styleFiles.length > 0 && { stylePaths: found.styleFiles }),
    ...(names.length > 0 && { models }),
    ...(names.length === 1 && { baseModel: names[0] }),
  };
}

/** The one architecture that all LoRAs are made for, if there is one; the built-in model needs no entry. */
function commonArchitecture({ architectures }: Findings): string | undefined {
  const [only, ...others] = architectures.keys();
  return others.length === 0 && only !== 'demo' ? only : undefined;
}

function describe(io: Io, found: Findings): void {
  const lines = [
    `  ${plural(found.prompts, 'prompt file')}`,
    ...found.loraFolders.map((folder) => `  LoRAs in ${folder}`),
    ...[...found.architectures].map(([name, number]) => `    ${plural(number, 'LoRA')} for ${name}`),
    ...[...found.models].map(([name, file]) => `  model ${name}: ${file}`),
    ...found.embeddingFolders.map((folder) => `  embeddings in ${folder}`),
    ...found.wildcardFolders.map((folder) => `  wildcards in ${folder}`),
    ...found.styleFiles.map((file) => `  styles in ${file}`),
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}

/** Folders of other programs on this machine: named, never written into a file that others will read. */
async function suggest(io: Io): Promise<void> {
  const suggested = await suggestFolders([io.cwd]);
  if (suggested.length === 0) {
    io.stdout.write('  no LoRAs here; name their folders with "loraPaths"\n');
    return;
  }
  io.stdout.write(
    '  no LoRAs here, but on this machine; add a folder to "loraPaths" if the prompts use it:\n',
  );
  for (const { path: folder, program } of suggested) io.stdout.write(`    ${folder} (${program})\n`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
