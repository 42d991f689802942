import { randomInt } from 'node:crypto';
import {
  PICTURE_FORMATS,
  PICTURE_NAME_KEYS,
  type PictureFormat,
  unknownPlaceholder,
} from '../../engines/pictureName';
import type { PlanRequest } from '../../language/plan/buildPlan';
import { PROVIDERS, type ProviderChoice } from '../../shared/engineProtocol';
import { type MergeStrategy, readMergeStrategy } from '../../shared/mergeStrategy';
import { type Command, type Invocation, UsageError, wholeNumber } from '../command';

export interface Sweep {
  readonly name: string;
  readonly weights: readonly string[];
}

export interface Naming {
  readonly pattern: string;
  readonly format: PictureFormat;
}

export const RENDER_OPTIONS: Command['options'] = {
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
  engine: {
    type: 'string',
    value: 'NAME',
    help: 'draw on an engine that this machine defines; several, a,b,c, share the pictures',
  },
  strict: { type: 'boolean', help: 'exit 1 when an engine drew something otherwise than asked' },
  resume: { type: 'boolean', help: 'leave out pictures that an earlier run wrote into the folder' },
  sweep: { type: 'string', value: 'NAME=0,0.5,1', help: 'a picture for each weight of one LoRA' },
  'missing-loras': {
    type: 'string',
    value: 'HOW',
    help: 'when a LoRA is missing: skip it, or refuse the picture (default: refuse)',
  },
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
};

export function readSweep(text: string | undefined): Sweep | undefined {
  if (text === undefined) return undefined;
  const at = text.lastIndexOf('=');
  const weights = text.slice(at + 1).split(',');
  if (at < 1 || weights.some((weight) => !/^-?\d*\.?\d+$/.test(weight)))
    throw new UsageError(`--sweep takes NAME=0,0.5,1, not "${text}".`);
  return { name: text.slice(0, at), weights };
}

export function readRequest(invocation: Invocation): PlanRequest {
  const seed = wholeNumber(invocation, 'seed', -1, Number.MAX_SAFE_INTEGER);
  const steps = wholeNumber(invocation, 'steps', 1, 150);
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(invocation.text('size') ?? '');
  if (!size && invocation.text('size') !== undefined)
    throw new UsageError('--size takes WxH, 512x768 for example.');
  const model = invocation.text('model');
  const missing = invocation.text('missing-loras');
  if (missing !== undefined && missing !== 'skip' && missing !== 'refuse')
    throw new UsageError(`--missing-loras takes skip or refuse, not "${missing}".`);
  return {
    drawnSeed: randomInt(2 ** 32),
    ...(seed !== undefined && { seed }),
    ...(model !== undefined && { model }),
    ...(missing !== undefined && { missingLoras: missing }),
    overrides: {
      ...(steps !== undefined && { steps }),
      ...(size && { width: Number(size[1]), height: Number(size[2]) }),
    },
  };
}

export function readNaming(invocation: Invocation): Naming {
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

export function readProvider(text = 'cpu'): ProviderChoice {
  const found = PROVIDERS.find((known) => known === text);
  if (found === undefined) throw new UsageError(`--provider takes ${PROVIDERS.join(', ')}, not "${text}".`);
  return found;
}

export function readStrategy(invocation: Invocation): MergeStrategy {
  const read = readMergeStrategy(invocation.text('strategy') ?? 'auto');
  if (!read.ok) throw new UsageError(`--strategy: ${read.problem.message} ${read.problem.remedy}`);
  if (read.value.note !== undefined) invocation.io.stderr.write(`note: ${read.value.note}\n`);
  return read.value.strategy;
}

/** The names of `--engine`, each once; none where the option is not given. */
export function readEngineNames(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw new UsageError(`--engine takes NAME or a,b,c, not "${text}".`);
  return [...new Set(names)];
}
