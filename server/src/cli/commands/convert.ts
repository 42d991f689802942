import { type Conversion, convertBlock } from '../../language/portability/convert';
import { parse } from '../../language/syntax/parse';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { readOne } from '../readOne';
import { readTarget, TARGETS } from '../targets';

export const convertCommand: Command = {
  usage: 'FILE | --stdin --to TARGET',
  options: {
    to: { type: 'string', value: 'TARGET', help: TARGETS.join(', ') },
    block: { type: 'string', value: 'N', help: 'only the N-th block' },
    stdin: { type: 'boolean', help: 'read the prompts from standard input' },
    json: { type: 'boolean', help: 'print text and losses of every block as JSON' },
  },

  async run(invocation) {
    const { io } = invocation;
    const target = readTarget(invocation, 'to');
    if (target === undefined) throw new UsageError(`convert needs --to: ${TARGETS.join(', ')}.`);
    const text = await readOne(invocation);
    if (!text.ok) {
      printProblem(io, text.problem);
      return EXIT.trouble;
    }
    const document = parse(text.value);
    const blocks = document.blocks.map((block, index) => ({ block, number: index + 1 }));
    const only = invocation.text('block');
    const chosen = blocks.filter(({ number }) => only === undefined || String(number) === only);
    if (chosen.length === 0) throw new UsageError(`there is no block ${only}; there are ${blocks.length}.`);
    const conversions = chosen.map(({ block, number }) => ({
      number,
      conversion: convertBlock(document, block, target),
    }));
    if (invocation.flag('json')) {
      const shown = conversions.map(({ number, conversion }) => ({ block: number, ...conversion }));
      io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      return EXIT.clean;
    }
    io.stdout.write(`${conversions.map(({ conversion }) => conversion.text.trimEnd()).join('\n---\n')}\n`);
    for (const { number, conversion } of conversions)
      io.stderr.write(describeLosses(conversion, blocks.length > 1 ? `block ${number}: ` : ''));
    return EXIT.clean;
  },
};

function describeLosses({ losses }: Conversion, place: string): string {
  return losses.map((loss) => `${place}${loss}\n`).join('');
}
