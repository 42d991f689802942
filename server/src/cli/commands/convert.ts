import path from 'node:path';
import { fillTemplates } from '../../language/dialects/dynamic/fillTemplates';
import { createWildcardLookup } from '../../language/dialects/dynamic/wildcards';
import { type Conversion, convertBlock } from '../../language/portability/convert';
import { parse } from '../../language/syntax/parse';
import { nodeFiles } from '../../workspace/nodeFiles';
import { readWildcards } from '../../workspace/wildcards';
import { type Command, type Invocation, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { openProject, reportConfigProblems } from '../openProject';
import { readOne } from '../readOne';
import { readTarget, TARGETS } from '../targets';
import { writeWorkflow } from '../workflow';

/** Not a dialect of prompts but a graph, made from the whole plan. */
const WORKFLOW = 'comfyui-workflow';

export const convertCommand: Command = {
  usage: 'FILE | --stdin --to TARGET',
  options: {
    to: { type: 'string', value: 'TARGET', help: [...TARGETS, WORKFLOW].join(', ') },
    block: { type: 'string', value: 'N', help: 'only the N-th block' },
    stdin: { type: 'boolean', help: 'read the prompts from standard input' },
    json: { type: 'boolean', help: 'print text and losses of every block as JSON' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
  },

  async run(invocation) {
    const { io } = invocation;
    if (invocation.text('to') === WORKFLOW) return writeWorkflow(invocation);
    const target = readTarget(invocation, 'to');
    if (target === undefined)
      throw new UsageError(`convert needs --to: ${[...TARGETS, WORKFLOW].join(', ')}.`);
    const text = await readOne(invocation);
    if (!text.ok) {
      printProblem(io, text.problem);
      return EXIT.trouble;
    }
    const filled = await fillIn(invocation, text.value);
    if (filled === undefined) return EXIT.trouble;
    const document = parse(filled);
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

/** The text with its dynamic prompts filled in, where the configuration says that they are; undefined after a problem. */
async function fillIn(invocation: Invocation, text: string): Promise<string | undefined> {
  const { io } = invocation;
  const config = invocation.text('config');
  const project = openProject(io, { ...(config !== undefined && { config }) });
  try {
    const file = path.resolve(io.cwd, invocation.positionals[0] ?? 'prompt.sdprompt');
    const { dynamicPrompts, wildcardPaths } = await project.configurationFor(file);
    if (reportConfigProblems(io, project) !== EXIT.clean) return undefined;
    if (!dynamicPrompts) return text;
    const filled = fillTemplates(
      parse(text),
      createWildcardLookup(await readWildcards(nodeFiles, wildcardPaths)),
    );
    if (filled.ok) return filled.value;
    printProblem(io, filled.problem);
    return undefined;
  } finally {
    project.dispose();
  }
}

function describeLosses({ losses }: Conversion, place: string): string {
  return losses.map((loss) => `${place}${loss}\n`).join('');
}
