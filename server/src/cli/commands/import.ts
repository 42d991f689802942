import { access } from 'node:fs/promises';
import path from 'node:path';
import type { PicturePrompt } from '../../language/pictures';
import type { Result } from '../../shared/problem';
import { readPicturePrompt } from '../../workspace/picturePrompt';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { plural } from '../plural';
import { readBytes } from '../readText';
import { writeWhole } from '../writeWhole';

export const importCommand: Command = {
  usage: 'PICTURE…',
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'write the blocks there; never overwrites' },
  },

  async run({ io, positionals, text }) {
    if (positionals.length === 0) throw new UsageError('import takes at least one picture.');
    const output = text('output');
    const target = output === undefined ? undefined : path.resolve(io.cwd, output);
    if (target !== undefined && (await exists(target)))
      throw new UsageError(`${output} is there already, and nothing is overwritten.`);
    const blocks: string[] = [];
    let refused = 0;
    for (const name of positionals) {
      const block = await readBlock(path.resolve(io.cwd, name), name);
      if (block.ok) {
        blocks.push(block.value.text);
        if (block.value.program)
          io.stderr.write(`${name}: translated from the metadata of ${block.value.program}.\n`);
      } else {
        refused++;
        printProblem(io, block.problem);
      }
    }
    const result = blocks.map((block) => `${block}\n`).join('---\n');
    if (target === undefined) io.stdout.write(result);
    else if (blocks.length > 0) {
      const written = await writeWhole(target, result, output);
      if (!written.ok) {
        printProblem(io, written.problem);
        return EXIT.trouble;
      }
      io.stdout.write(`${output}: ${plural(blocks.length, 'block')}.\n`);
    }
    return refused > 0 ? EXIT.findings : EXIT.clean;
  },
};

/** The prompt of a picture. Errors: `cannot-read`, `no-prompt-in-picture`. */
async function readBlock(file: string, name: string): Promise<Result<PicturePrompt>> {
  const bytes = await readBytes(file, name);
  return bytes.ok ? readPicturePrompt(bytes.value, name) : bytes;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
