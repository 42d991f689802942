import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createEngineHost } from '../../engines/local/host';
import {
  PICTURE_FORMATS,
  PICTURE_NAME_KEYS,
  type PictureFormat,
  pictureName,
  unknownPlaceholder,
} from '../../engines/pictureName';
import { resolveBlock } from '../../language/analysis/resolve';
import type { Environment } from '../../language/environment';
import { buildBatch } from '../../language/plan/batch';
import type { PlanRequest } from '../../language/plan/buildPlan';
import { parse } from '../../language/syntax/parse';
import { applyEdits } from '../../language/text/edits';
import { PROVIDERS, type ProviderChoice } from '../../shared/engineProtocol';
import { type MergeStrategy, readMergeStrategy } from '../../shared/mergeStrategy';
import type { GenerationPlan } from '../../shared/plan';
import { environmentToRun } from '../../workspace/usedModels';
import { type Command, type Invocation, printProblem, UsageError, wholeNumber } from '../command';
import { EXIT } from '../exitCodes';
import { openProject, reportConfigProblems } from '../openProject';
import { ENGINE_BUNDLE } from '../packageFiles';
import { createProgressLine } from '../progressLine';
import { readText } from '../readText';
import { renderPictures } from '../renderPictures';

interface Sweep {
  readonly name: string;
  readonly weights: readonly string[];
}

interface Naming {
  readonly pattern: string;
  readonly format: PictureFormat;
}

interface Picture {
  readonly plan: GenerationPlan;
  /** File name without extension. */
  readonly stem: string;
}

export const renderCommand: Command = {
  usage: 'FILE',
  options: {
    output: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      help: 'where the pictures go (default: beside the file)',
    },
    name: {
      type: 'string',
      value: 'PATTERN',
      help: 'how they are called: [file], [seed], [date]/[prompt_words] …',
    },
    format: { type: 'string', short: 'f', value: 'FORMAT', help: 'png, jpeg or webp (default: png)' },
    quality: { type: 'string', value: 'N', help: 'of JPEG and WebP, 1 to 100 (default: 80)' },
    block: { type: 'string', value: 'N', help: 'only the N-th block' },
    seed: { type: 'string', value: 'N', help: 'instead of the block’s; -1 draws one' },
    steps: { type: 'string', value: 'N', help: 'instead of the block’s' },
    size: { type: 'string', value: 'WxH', help: 'instead of the block’s' },
    model: { type: 'string', value: 'NAME', help: 'instead of the block’s' },
    sweep: { type: 'string', value: 'NAME=0,0.5,1', help: 'a picture for each weight of one LoRA' },
    strategy: {
      type: 'string',
      value: 'S',
      help: 'how LoRAs are applied: auto, merged, branches',
    },
    threads: { type: 'string', value: 'N', help: 'threads of the runtime; 0: one per core' },
    provider: {
      type: 'string',
      value: 'P',
      help: 'execution provider: auto, cpu, cuda, dml, coreml, webgpu (default: cpu)',
    },
    'fast-decoder': {
      type: 'string',
      value: 'FILE',
      help: 'draw with a TAESD decoder in ONNX instead of the model’s own',
    },
    json: { type: 'boolean', help: 'print the results as JSON' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
    'lora-path': { type: 'string', multiple: true, value: 'DIR', help: 'a further folder of LoRAs' },
  },

  async run(invocation) {
    const { io, positionals, text } = invocation;
    if (positionals.length !== 1) throw new UsageError('render takes one file.');
    const naming = readNaming(invocation);
    const file = path.resolve(io.cwd, positionals[0]);
    const source = await readText(file, positionals[0]);
    if (!source.ok) {
      printProblem(io, source.problem);
      return EXIT.trouble;
    }
    const config = text('config');
    const project = openProject(io, {
      ...(config !== undefined && { config }),
      loraPaths: invocation.list('lora-path'),
    });
    const pictures: Picture[] = [];
    try {
      await project.environmentFor(file);
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      const line = createProgressLine(io.stderr);
      const requested = text('model');
      const environment = await environmentToRun(project, file, parse(source.value), {
        ...(requested !== undefined && { requested }),
        reading: (name, percent) => {
          if (percent === 0) line.text(`hashing ${name}, once`);
          else line.percent(`hashing ${name}, once`, percent / 100);
        },
        signal: io.signal,
      });
      line.clear();
      if (!plan(invocation, file, source.value, environment, pictures)) return EXIT.trouble;
    } finally {
      project.dispose();
    }
    const folder = path.resolve(io.cwd, text('output') ?? path.dirname(file));
    await mkdir(folder, { recursive: true });
    return generateAll(invocation, folder, naming, pictures);
  },
};

/** Builds the plans of every picture asked for; false after a problem, which it has printed. */
function plan(
  invocation: Invocation,
  file: string,
  source: string,
  environment: Environment,
  pictures: Picture[],
): boolean {
  const { io } = invocation;
  const sweep = readSweep(invocation.text('sweep'));
  // `Init image` is relative to the prompt file.
  const resolveFile = (name: string) => path.resolve(path.dirname(file), name);
  const request = { ...readRequest(invocation), resolveFile };
  const only = wholeNumber(invocation, 'block', 1, 1_000_000);
  const count = parse(source).blocks.length;
  if (only !== undefined && only > count)
    throw new UsageError(`there is no block ${only}; the file has ${count}.`);
  const indexes = only === undefined ? Array.from({ length: count }, (_, index) => index) : [only - 1];
  for (const index of indexes) {
    for (const weight of sweep?.weights ?? [undefined]) {
      const text = sweep && weight !== undefined ? withWeight(source, index, sweep.name, weight) : source;
      const built = buildBatch(parse(text), index, environment, request);
      if (!built.ok) {
        const place = count > 1 ? `block ${index + 1}: ` : '';
        printProblem(io, { ...built.problem, message: `${place}${built.problem.message}` });
        return false;
      }
      if (weight === (sweep?.weights[0] ?? undefined))
        for (const warning of built.value[0].warnings) io.stderr.write(`warning: ${warning}\n`);
      const parts = [path.basename(file, path.extname(file)), ...(count > 1 ? [String(index + 1)] : [])];
      if (sweep && weight !== undefined)
        parts.push(`${sweep.name.replace(/[^\p{L}\p{N}._-]/gu, '_')}=${weight}`);
      for (const { plan } of built.value) {
        const seed = built.value.length > 1 ? [`seed=${plan.parameters.seed}`] : [];
        pictures.push({ plan, stem: [...parts, ...seed].join('-') });
      }
    }
  }
  return true;
}

async function generateAll(
  invocation: Invocation,
  folder: string,
  naming: Naming,
  pictures: readonly Picture[],
): Promise<number> {
  const { io } = invocation;
  const decoder = invocation.text('fast-decoder');
  const host = createEngineHost({
    enginePath: ENGINE_BUNDLE,
    options: {
      ...(decoder !== undefined && {
        fastDecoder: { path: path.resolve(io.cwd, decoder), use: 'all' as const },
      }),
      provider: readProvider(invocation.text('provider')),
      threads: wholeNumber(invocation, 'threads', 0, 1024) ?? 0,
      mergeStrategy: readStrategy(invocation),
      previewEvery: 0,
      idleUnloadMs: 0,
      quality: wholeNumber(invocation, 'quality', 1, 100) ?? 80,
    },
    log: (level, message) => {
      if (level === 'warn' || level === 'error' || io.env.SDPROMPT_DEBUG)
        io.stderr.write(`${level}: ${message}\n`);
    },
  });
  try {
    return await renderPictures({
      io,
      folder,
      pictures: pictures.map(({ plan, stem }) => ({
        plan,
        name: () => pictureName(naming.pattern, { plan, now: new Date(), file: stem }, naming.format),
      })),
      asJson: invocation.flag('json'),
      generate: host.generate,
    });
  } finally {
    await host.dispose();
  }
}

/** The text with every tag of one LoRA in a block set to a weight. */
function withWeight(source: string, index: number, name: string, weight: string): string {
  const document = parse(source);
  const { networks } = resolveBlock(document, document.blocks[index]).positive;
  const tags = networks.filter((network) => network.name === name);
  if (tags.length === 0) {
    const used = [...new Set(networks.map((network) => network.name))].join(', ') || 'none';
    throw new UsageError(`block ${index + 1} uses no LoRA "${name}". Its LoRAs: ${used}.`);
  }
  const edits = tags.map((tag) =>
    tag.weightRange
      ? { range: tag.weightRange, newText: weight }
      : { range: { start: tag.nameRange.end, end: tag.nameRange.end }, newText: `:${weight}` },
  );
  return applyEdits(source, edits);
}

function readSweep(text: string | undefined): Sweep | undefined {
  if (text === undefined) return undefined;
  const at = text.lastIndexOf('=');
  const weights = text.slice(at + 1).split(',');
  if (at < 1 || weights.some((weight) => !/^-?\d*\.?\d+$/.test(weight)))
    throw new UsageError(`--sweep takes NAME=0,0.5,1, not "${text}".`);
  return { name: text.slice(0, at), weights };
}

function readRequest(invocation: Invocation): PlanRequest {
  const seed = wholeNumber(invocation, 'seed', -1, Number.MAX_SAFE_INTEGER);
  const steps = wholeNumber(invocation, 'steps', 1, 150);
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(invocation.text('size') ?? '');
  if (!size && invocation.text('size') !== undefined)
    throw new UsageError('--size takes WxH, 512x768 for example.');
  const model = invocation.text('model');
  return {
    drawnSeed: randomInt(2 ** 32),
    ...(seed !== undefined && { seed }),
    ...(model !== undefined && { model }),
    overrides: {
      ...(steps !== undefined && { steps }),
      ...(size && { width: Number(size[1]), height: Number(size[2]) }),
    },
  };
}

function readNaming(invocation: Invocation): Naming {
  const pattern = invocation.text('name') ?? '[file]';
  const unknown = unknownPlaceholder(pattern);
  if (unknown !== undefined)
    throw new UsageError(
      `--name knows no ${unknown}. Known: ${PICTURE_NAME_KEYS.map((key) => `[${key}]`).join(' ')}.`,
    );
  const wanted = invocation.text('format') ?? 'png';
  const format = PICTURE_FORMATS.find((known) => known === (wanted === 'jpg' ? 'jpeg' : wanted));
  if (format === undefined) throw new UsageError(`--format takes png, jpeg or webp, not "${wanted}".`);
  return { pattern, format };
}

function readProvider(text = 'cpu'): ProviderChoice {
  const found = PROVIDERS.find((known) => known === text);
  if (found === undefined) throw new UsageError(`--provider takes ${PROVIDERS.join(', ')}, not "${text}".`);
  return found;
}

/** The strategy of `--strategy`; a name of an earlier version is read, with a note on stderr. */
function readStrategy(invocation: Invocation): MergeStrategy {
  const read = readMergeStrategy(invocation.text('strategy') ?? 'auto');
  if (!read.ok) throw new UsageError(`--strategy: ${read.problem.message} ${read.problem.remedy}`);
  if (read.value.note !== undefined) invocation.io.stderr.write(`note: ${read.value.note}\n`);
  return read.value.strategy;
}
