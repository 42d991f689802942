import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from '../../language/plan/suggest';
import { RULES } from '../../language/rules';
import { ruleId } from '../../language/rules/run';
import { type Command, printProblem } from '../command';
import { EXIT } from '../exitCodes';
import { RULE_PAGES } from '../packageFiles';

export const explainCommand: Command = {
  usage: '[RULE]',
  options: {},

  async run({ io, positionals }) {
    const name = positionals[0];
    if (name === undefined) {
      const width = Math.max(...RULES.map(({ id }) => id.length));
      io.stdout.write(RULES.map(({ id, description }) => `${id.padEnd(width)}  ${description}\n`).join(''));
      return EXIT.clean;
    }
    const id = ruleId(name);
    if (id === undefined) {
      const guess = didYouMean(
        name,
        RULES.map((rule) => rule.id),
      );
      printProblem(io, {
        code: 'unknown-rule',
        message: `there is no rule "${name}". ${guess}`.trimEnd(),
        remedy: 'All rules: sdprompt explain',
      });
      return EXIT.trouble;
    }
    const page = await readFile(path.join(RULE_PAGES, `${id}.md`), 'utf8').catch(() => undefined);
    io.stdout.write(page ?? `# ${id}\n\n${RULES.find((rule) => rule.id === id)?.description}\n`);
    return EXIT.clean;
  },
};
