import { statSync } from 'node:fs';
import path from 'node:path';
import { createEngineHost } from '../../engines/local/host';
import { resolveBlock } from '../../language/analysis/resolve';
import type { Environment } from '../../language/environment';
import { chooseLoras } from '../../language/plan/loras';
import { parse } from '../../language/syntax/parse';
import type { BakePlan, BakeResult } from '../../shared/bake';
import type { ModelFacts } from '../../shared/facts';
import type { PlanLora } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { type Command, type Invocation, printProblem, UsageError, wholeNumber } from '../command';
import { EXIT } from '../exitCodes';
import { type Io, shownPath } from '../io';
import { chooseModel } from '../modelArgument';
import { openProject, reportConfigProblems } from '../openProject';
import { ENGINE_BUNDLE } from '../packageFiles';
import { createProgressLine } from '../progressLine';

export const mergeCommand: Command = {
  usage: '--model MODEL --lora NAME:WEIGHT … -o OUT',
  options: {
    model: {
      type: 'string',
      value: 'MODEL',
      help: 'a model of the configuration, a folder or a checkpoint (default: the base model)',
    },
    lora: {
      type: 'string',
      multiple: true,
      value: 'NAME:0.8',
      help: 'a LoRA and its weight, as in a <lora:…> tag, or a file; repeat it for several',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'OUT',
      help: 'the folder, or for a checkpoint the .safetensors file, to write; must not exist',
    },
    exact: {
      type: 'boolean',
      help: 'keep merged weights as they are computed, in float32, where the model stores float16',
    },
    threads: { type: 'string', value: 'N', help: 'threads of the runtime; 0: one per core' },
    json: { type: 'boolean', help: 'print the result as JSON' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
    'lora-path': { type: 'string', multiple: true, value: 'DIR', help: 'a further folder of LoRAs' },
  },

  async run(invocation) {
    const { io, positionals, text, list } = invocation;
    if (positionals.length > 0) throw new UsageError(`merge does not know what "${positionals[0]}" is for.`);
    const output = text('output');
    if (output === undefined)
      throw new UsageError('merge needs -o OUT, the folder or .safetensors file to write.');
    if (list('lora').length === 0) throw new UsageError('merge needs at least one --lora NAME:WEIGHT.');
    const config = text('config');
    const project = openProject(io, {
      ...(config !== undefined && { config }),
      loraPaths: list('lora-path'),
    });
    let plan: Result<BakePlan>;
    try {
      const environment = await project.environmentFor(path.join(io.cwd, 'prompt.sdprompt'));
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      plan = planOf(invocation, environment, path.resolve(io.cwd, output));
    } finally {
      project.dispose();
    }
    if (!plan.ok) {
      printProblem(io, plan.problem);
      return EXIT.trouble;
    }
    return bake(invocation, plan.value);
  },
};

function planOf(invocation: Invocation, environment: Environment, output: string): Result<BakePlan> {
  const { io, text, list } = invocation;
  const model = chooseModel(io, environment, text('model'));
  if (!model.ok) return model;
  const loras: PlanLora[] = [];
  for (const written of list('lora')) {
    const chosen = chooseLora(io, written, model.value, environment);
    if (!chosen.ok) return chosen;
    loras.push(chosen.value);
  }
  const { name, path: folder, architecture } = model.value;
  return success({
    model: { name, path: folder as string, ...(architecture !== undefined && { architecture }) },
    loras,
    output,
    precision: invocation.flag('exact') ? 'computed' : 'stored',
  });
}

/** `NAME:0.8` means what it means in a `<lora:…>` tag; a name that ends with .safetensors may be a file. */
function chooseLora(io: Io, written: string, model: ModelFacts, environment: Environment): Result<PlanLora> {
  const asFile = /^(.+\.safetensors)((?::[^/\\]*)?)$/i.exec(written);
  const file = asFile?.[1] !== undefined ? path.resolve(io.cwd, asFile[1]) : undefined;
  const isFile = file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  const tag = isFile && asFile ? `x${asFile[2]}` : written;
  const document = parse(`<lora:${tag}>`);
  const parsed = document.blocks[0];
  const block = parsed && resolveBlock(document, parsed);
  const network = block?.positive.networks[0];
  if (!block || !network || block.positive.networks.length > 1)
    return failure(
      'bad-lora-weight',
      `"${written}" is no LoRA with a weight.`,
      'Write NAME:0.8, as in a <lora:…> tag.',
    );
  const warnings: string[] = [];
  const known = isFile
    ? { ...environment, loras: { ...environment.loras, resolve: () => oneFile(file as string) } }
    : environment;
  const chosen = chooseLoras(block, model, known, warnings);
  for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
  if (!chosen.ok) return chosen;
  // One tag gives one LoRA.
  const { plan } = chosen.value[0]!;
  return success(
    isFile ? { ...plan, name: path.basename(file as string, path.extname(file as string)) } : plan,
  );
}

/** A file named on the command line stands for itself; what it is, the engine finds out. */
function oneFile(file: string): ReturnType<Environment['loras']['resolve']> {
  const name = path.basename(file, path.extname(file));
  const facts = {
    file: { name, path: file, relativePath: path.basename(file), source: 'file', triggerWords: [] },
    network: { status: 'ok', kind: 'lora', candidates: [], reason: '', modules: {} },
  } as const;
  return { chosen: facts, candidates: [facts] };
}

async function bake(invocation: Invocation, plan: BakePlan): Promise<number> {
  const { io } = invocation;
  const host = createEngineHost({
    enginePath: ENGINE_BUNDLE,
    options: {
      threads: wholeNumber(invocation, 'threads', 0, 1024) ?? 0,
      mergeStrategy: 'auto',
      previewEvery: 0,
      idleUnloadMs: 0,
    },
    log: (level, message) => {
      if (level === 'warn' || level === 'error' || io.env.SDPROMPT_DEBUG)
        io.stderr.write(`${level}: ${message}\n`);
    },
  });
  const line = createProgressLine(io.stderr);
  try {
    const outcome = await host.bake(plan, {
      signal: io.signal,
      onProgress: (progress) => line.show('', progress),
    });
    line.clear();
    if (outcome.type === 'done') {
      const { result } = outcome;
      io.stdout.write(
        invocation.flag('json') ? `${JSON.stringify(result, null, 2)}\n` : describe(io, result),
      );
      return EXIT.clean;
    }
    if (outcome.type === 'failed') printProblem(io, outcome.problem);
    else if (plan.output.endsWith('.safetensors')) io.stderr.write('Cancelled. Nothing was written.\n');
    else io.stderr.write('Cancelled. The same command continues where it stopped.\n');
    return EXIT.trouble;
  } finally {
    await host.dispose();
  }
}

function describe(io: Io, result: BakeResult): string {
  const { changed, resumed } = result;
  const head = `${shownPath(io, result.path)}  ${changed} weights changed${resumed ? ', continued from an earlier attempt' : ''}`;
  const loras = result.merged.map(({ name, te, unet, applied, total, reasons }) => {
    const weight = te === unet ? `${unet}` : `text encoder ${te}, UNet ${unet}`;
    const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
    return `  ${name} at ${weight}: ${applied} of ${total} modules${why}`;
  });
  return `${[head, ...loras, ...result.notes.map((note) => `  ${note}`)].join('\n')}\n`;
}
