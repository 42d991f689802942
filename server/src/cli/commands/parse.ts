import { resolveParts } from '../../language/analysis/parts';
import { resolveDocument } from '../../language/analysis/resolve';
import type { ResolvedBlock, ResolvedPrompt } from '../../language/analysis/resolved';
import { KINDS, runKind } from '../../language/dialects';
import { readBlockAs, type TargetPrompt } from '../../language/portability/readAs';
import { parse } from '../../language/syntax/parse';
import { type Command, type Invocation, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { type Io, readAll } from '../io';
import { readOne } from '../readOne';
import { readTarget } from '../targets';

export const parseCommand: Command = {
  usage: 'FILE | --stdin',
  options: {
    json: { type: 'boolean', help: 'print every block as JSON' },
    target: {
      type: 'string',
      value: 'TARGET',
      help: 'as another program reads it: comfyui, invokeai, krita …',
    },
    stdin: { type: 'boolean', help: 'read one text from standard input' },
    kind: { type: 'string', value: 'KIND', help: 'with --stdin: run one layer only; --kind help lists them' },
    options: { type: 'string', value: 'JSON', help: 'options of the layer, {"steps": 20} for example' },
  },

  async run(invocation) {
    const { io } = invocation;
    const kind = invocation.text('kind');
    if (kind === 'help') {
      io.stdout.write(`${KINDS.join('\n')}\n`);
      return EXIT.clean;
    }
    if (kind !== undefined) {
      if (!invocation.flag('stdin')) throw new UsageError('--kind needs --stdin.');
      return runLayer(invocation, kind);
    }
    const target = readTarget(invocation, 'target');
    const text = await readOne(invocation);
    if (!text.ok) {
      printProblem(io, text.problem);
      return EXIT.trouble;
    }
    const document = parse(text.value);
    if (target !== undefined) {
      const readings = document.blocks.map((block) => readBlockAs(document, block, target));
      if (invocation.flag('json')) io.stdout.write(`${JSON.stringify({ blocks: readings }, null, 2)}\n`);
      else for (const [index, reading] of readings.entries()) printReading(io, index, reading);
      return EXIT.clean;
    }
    const blocks = resolveDocument(document);
    if (invocation.flag('json'))
      io.stdout.write(`${JSON.stringify({ blocks: blocks.map(toJson) }, null, 2)}\n`);
    else for (const block of blocks) printBlock(io, block);
    return EXIT.clean;
  },
};

async function runLayer(invocation: Invocation, kind: string): Promise<number> {
  const { io } = invocation;
  const options = parseJson(invocation.text('options') ?? '{}');
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new UsageError('--options takes a JSON object.');
  const text = await readAll(io);
  let result = runKind(kind, text, options as Record<string, unknown>);
  // A few layers take several texts; those are written as JSON.
  const structured = parseJson(text);
  if (!result.ok && result.problem.code !== 'unknown-kind' && structured !== undefined)
    result = runKind(kind, structured, options as Record<string, unknown>);
  if (!result.ok) {
    printProblem(io, result.problem);
    return EXIT.trouble;
  }
  io.stdout.write(`${JSON.stringify(result.value)}\n`);
  return EXIT.clean;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toJson({ index, range, positive: resolved, negative, parameters, steps, errors }: ResolvedBlock) {
  const parts = resolveParts(resolved, steps);
  const positive = { ...resolvedJson(resolved), ...(parts.length > 1 && { parts }) };
  const pairs = parameters.map(({ key, value }) => ({ key, value }));
  return { index, range, positive, negative, steps, errors, parameters: pairs };
}

function resolvedJson(prompt: ResolvedPrompt): ResolvedPrompt {
  const { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks } = prompt;
  return { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks };
}

function printBlock(io: Io, block: ResolvedBlock): void {
  const lines = [`Block ${block.index + 1}, ${block.steps} steps`];
  for (const [title, prompt] of [
    ['Positive', block.positive],
    ['Negative', block.negative],
  ] as const) {
    lines.push(`  ${title}`);
    const parts = title === 'Positive' ? resolveParts(prompt, block.steps) : [prompt];
    for (const [index, part] of parts.entries()) {
      const { weight = 1 } = prompt.subprompts[index] ?? {};
      if (parts.length > 1) lines.push(`    Part ${index + 1} of ${parts.length}, weight ${weight}`);
      for (const [text, strength] of part.attention)
        lines.push(
          text === 'BREAK' && strength === -1
            ? '             BREAK'
            : `    ${formatWeight(strength)}  ${JSON.stringify(text)}`,
        );
      if (part.schedule.length > 1)
        for (const [end, text] of part.schedule) lines.push(`    until step ${end}: ${JSON.stringify(text)}`);
    }
    for (const { type, name, te, unet } of prompt.networks)
      lines.push(`    <${type}> ${name}: text encoder ${te}, UNet ${unet}`);
  }
  for (const { key, value } of block.parameters) lines.push(`  ${key}: ${value}`);
  for (const { message } of block.errors) lines.push(`  ! ${message}`);
  io.stdout.write(`${lines.join('\n')}\n`);
}

function printReading(
  io: Io,
  index: number,
  { target, positive, negative }: ReturnType<typeof readBlockAs>,
): void {
  const lines = [`Block ${index + 1} as ${target} reads it`];
  const sides: readonly (readonly [string, TargetPrompt])[] = [
    ['Positive', positive],
    ['Negative', negative],
  ];
  for (const [title, prompt] of sides) {
    lines.push(`  ${title}`);
    for (const [text, weight] of prompt.runs)
      lines.push(`    ${formatWeight(weight)}  ${JSON.stringify(text)}`);
    for (const { name, te, unet } of prompt.loras)
      lines.push(`    <lora> ${name}: text encoder ${te}, UNet ${unet}`);
    for (const note of prompt.notes) lines.push(`  ! ${note}`);
  }
  io.stdout.write(`${lines.join('\n')}\n`);
}

function formatWeight(weight: number): string {
  return weight.toFixed(3).padStart(7);
}
