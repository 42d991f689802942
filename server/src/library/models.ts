import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  folderRefusal,
  quantisedStorage,
  readSingleFile,
  readWeightMap,
  tensorsOf,
  weightFiles,
} from '../formats/checkpoint';
import { LAYOUTS, unetModules } from '../formats/lora';
import { nearest } from '../language/domain/names';
import { ARCHITECTURES, architectureById } from '../shared/catalogue/architectures';
import type { ModelFacts } from '../shared/facts';
import { failure, type Problem } from '../shared/problem';
import { checkpointModules } from './checkpointModules';
import { readFileHeader } from './fileSource';
import { runLater, textOf } from './fileWork';
import { type Modules, type ReadGraph, readGraph } from './graphModules';
import { asNumber, asString, parseObject } from './metadata/json';
import { naming, notDrawn, notReadStorage, unetAlone } from './modelRefusals';
import { ggufProblem, isGgufName, isPickleName, pickleProblem } from './pickle';
import { judge } from './verdict';
import { denoiserWeights } from './verdict/checkpoint';
import { agrees } from './verdict/claims';
import { gatherEvidence } from './verdict/evidence';
import { findTransformer } from './verdict/transformers';

/** What the configuration says about a model. */
export interface ModelRequest {
  readonly name: string;
  /** Absolute path of a folder with ONNX files or of a `.safetensors` checkpoint. */
  readonly path?: string;
  /** Declared by the user; wins over what the file says only where the file says nothing. */
  readonly architecture?: string;
  /** Absolute path of a file to take the VAE from. */
  readonly vae?: string;
}

/**
 * Learns what a base model is: a folder in optimum's ONNX layout, a checkpoint (its header only), or nothing but a
 * declared architecture. Never fails: what went wrong is in `problem`, and a declared architecture still counts.
 *
 * @param graphs how ONNX graphs are read
 */
export async function readModel(
  { vae, ...request }: ModelRequest,
  graphs: ReadGraph = readGraph,
): Promise<ModelFacts> {
  const facts = await readFacts(request, graphs);
  return vae === undefined ? facts : { ...facts, vae };
}

async function readFacts({ name, path, architecture }: ModelRequest, graphs: ReadGraph): Promise<ModelFacts> {
  if (path === undefined) return declared(name, architecture);
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return failed(name, path, 'declared', architecture, missing(name, path));
  const wanted = architecture !== undefined && architectureById(architecture) ? architecture : undefined;
  const facts = stats.isDirectory()
    ? await readFolder(name, path, wanted, graphs)
    : await readCheckpoint(name, path, wanted);
  return architecture === wanted ? facts : { problem: noArchitecture(name, architecture!), ...facts };
}

function declared(name: string, architecture: string | undefined): ModelFacts {
  if (architecture !== undefined && !architectureById(architecture)) {
    return {
      name,
      format: 'declared',
      source: 'the configuration',
      problem: noArchitecture(name, architecture),
    };
  }
  const size = nativeSizeOf(architecture);
  return {
    name,
    format: 'declared',
    ...(architecture !== undefined && { architecture }),
    source: 'the configuration',
    ...(size !== undefined && { nativeSize: size }),
  };
}

function noArchitecture(name: string, written: string): Problem {
  const near = nearest(
    written,
    ARCHITECTURES.map(({ id }) => id),
  );
  const hint = near.length > 0 ? `Did you mean \`${near.join('` or `')}\`? ` : '';
  return failure(
    'model-architecture',
    `The configuration gives the model ${name} the architecture ${written}, which does not exist.`,
    `${hint}docs/architectures.md lists all of them.`,
  ).problem;
}

function failed(
  name: string,
  path: string,
  format: ModelFacts['format'],
  architecture: string | undefined,
  problem: Problem,
): ModelFacts {
  return { ...declared(name, architecture), path, format, problem };
}

function missing(name: string, path: string): Problem {
  return failure(
    'model-not-found',
    `The model ${name} is not at ${path}.`,
    'Correct its path in the configuration, or remove the path and declare its architecture.',
  ).problem;
}

/** Denoisers by the class name in their `config.json`. */
const CLASSES: ReadonlyMap<string, string> = new Map(
  ARCHITECTURES.flatMap(({ id, classes = [] }) => classes.map((name) => [name, id] as const)),
);

async function readFolder(
  name: string,
  path: string,
  wanted: string | undefined,
  graphs: ReadGraph,
): Promise<ModelFacts> {
  const config =
    (await readJson(join(path, 'unet', 'config.json'))) ??
    (await readJson(join(path, 'transformer', 'config.json')));
  const refused = folderRefusal(
    (await readJson(join(path, 'scheduler', 'scheduler_config.json'))) ?? {},
    (await readJson(join(path, 'vae', 'config.json'))) ??
      (await readJson(join(path, 'vae_decoder', 'config.json'))) ??
      {},
  );
  const cannotRun = refused && { cannotRun: naming(path, refused) };
  const saved =
    (await readDiffusers(name, path, wanted, config)) ?? (await readTransformer(name, path, wanted, config));
  if (saved) return { ...cannotRun, ...saved };
  const unet = await graphs(join(path, 'unet', 'model.onnx'));
  const denoiser = unet.ok ? unet : await graphs(join(path, 'transformer', 'model.onnx'));
  if (!denoiser.ok) {
    return failed(name, path, 'onnx', wanted, await notFolder(path, unet.ok ? '' : unet.problem.message));
  }
  const modules: Record<string, readonly number[]> = { ...denoiser.value };
  for (const encoder of ['text_encoder', 'text_encoder_2', 'text_encoder_3']) {
    const graph = await graphs(join(path, encoder, 'model.onnx'));
    if (!graph.ok) continue;
    const prefix = encoder === 'text_encoder' ? '' : `${encoder}.`;
    for (const [module, shape] of Object.entries(graph.value)) modules[prefix + module] = shape;
  }
  const byShapes = architectureOfModules(denoiser.value);
  const byClass = CLASSES.get(asString(config?._class_name) ?? '');
  const found = byShapes ?? byClass;
  const isTransformer = !unet.ok;
  const sample = asNumber(config?.sample_size);
  const architecture = found ?? wanted;
  const nativeSize = sample !== undefined ? sample * 8 : nativeSizeOf(architecture);
  return {
    name,
    path,
    format: 'onnx',
    ...(architecture !== undefined && { architecture }),
    source: byShapes ? "the UNet's tensor shapes" : byClass ? "the model's config.json" : 'the configuration',
    ...(nativeSize !== undefined && { nativeSize }),
    modules,
    ...cannotRun,
    ...(isTransformer && { cannotRun: onnxTransformer(path, architecture) }),
    ...disagreement(name, found, wanted),
  };
}

function onnxTransformer(path: string, architecture: string | undefined): Problem {
  const known =
    architecture === undefined ? undefined : notDrawn(path, [architecture], 'a folder in ONNX form');
  return (
    known ??
    failure(
      'checkpoint-unsupported',
      `${basename(path)} is a folder in ONNX form whose denoiser is a transformer, and only U-Nets are drawn here.`,
      'Choose a folder of Stable Diffusion 1, 2 or XL.',
    ).problem
  );
}

/** Says what a folder holds that is no model in a layout that is read. */
async function notFolder(path: string, reason: string): Promise<Problem> {
  const inUnet = (await readdir(join(path, 'unet')).catch(() => [])).map((name) => `unet/${name}`);
  const graphs = [...inUnet, ...(await readdir(path).catch(() => []))].filter((name) =>
    name.endsWith('.onnx'),
  );
  if (graphs.length > 0) {
    return failure(
      'model-folder',
      `${path} holds ${graphs.slice(0, 3).join(', ')}, but a model in ONNX form is read from unet/model.onnx, with the other parts in folders beside it.`,
      'Rename the file, or export the model with `optimum-cli export onnx`.',
    ).problem;
  }
  return failure(
    'model-folder',
    `${path} holds no model in ONNX form: ${reason}`,
    'Export the model with `optimum-cli export onnx`, or give the path of the folder that holds unet/model.onnx.',
  ).problem;
}

/** A folder of diffusers whose denoiser is a transformer: its LoRAs are checked, pictures are not made. */
async function readTransformer(
  name: string,
  path: string,
  wanted: string | undefined,
  config: Record<string, unknown> | undefined,
): Promise<ModelFacts | undefined> {
  const className = asString(config?._class_name);
  const byClass = CLASSES.get(className ?? '');
  const shapes = await weightShapes(join(path, 'transformer'));
  if (!shapes && (byClass === undefined || (await hasGraph(path)))) return undefined;
  const judged =
    shapes &&
    findTransformer(
      denoiserWeights(tensorNames(shapes), (tensor) => ({
        shape: shapes[tensor.slice(0, -'.weight'.length)] ?? [],
      })),
    );
  const candidates = judged?.candidates ?? [];
  const found =
    byClass !== undefined && (candidates.length === 0 || candidates.includes(byClass))
      ? byClass
      : candidates.length === 1
        ? candidates[0]
        : undefined;
  const architecture = found ?? wanted;
  const nativeSize = nativeSizeOf(architecture);
  const known = found === undefined ? undefined : notDrawn(path, [found], 'a folder that diffusers saved,');
  return {
    name,
    path,
    format: 'checkpoint',
    ...(architecture !== undefined && { architecture }),
    ...(judged?.variant !== undefined && { variant: judged.variant }),
    source:
      found === undefined
        ? 'the configuration'
        : byClass === found
          ? "the model's config.json"
          : "the transformer's tensor shapes",
    ...(nativeSize !== undefined && { nativeSize }),
    modules: shapes ?? {},
    cannotRun:
      known ??
      failure(
        'checkpoint-unsupported',
        `${basename(path)} is a folder that diffusers saved with a ${className ?? 'transformer'}, and only U-Nets are drawn here.`,
        'Choose a model of Stable Diffusion 1, 2 or XL.',
      ).problem,
    ...disagreement(name, found, wanted),
  };
}

function tensorNames(shapes: Modules): string[] {
  return Object.keys(shapes).map((path) => `${path}.weight`);
}

async function hasGraph(path: string): Promise<boolean> {
  const names = await readdir(join(path, 'transformer')).catch(() => []);
  return names.some((file) => file.endsWith('.onnx'));
}

/** A folder that diffusers saved, with weights in safetensors files; undefined when it is none. */
async function readDiffusers(
  name: string,
  path: string,
  wanted: string | undefined,
  config: Record<string, unknown> | undefined,
): Promise<ModelFacts | undefined> {
  const unet = await weightShapes(join(path, 'unet'));
  if (!unet) return undefined;
  const modules: Record<string, readonly number[]> = { ...unet };
  for (const encoder of ['text_encoder', 'text_encoder_2']) {
    const prefix = encoder === 'text_encoder' ? '' : `${encoder}.`;
    for (const [module, shape] of Object.entries((await weightShapes(join(path, encoder))) ?? {}))
      modules[prefix + module] = shape;
  }
  const found = architectureOfModules(unet);
  const architecture = found ?? wanted;
  const sample = asNumber(config?.sample_size);
  const nativeSize = sample !== undefined ? sample * 8 : nativeSizeOf(architecture);
  return {
    name,
    path,
    format: 'checkpoint',
    ...(architecture !== undefined && { architecture }),
    source: found ? "the UNet's tensor shapes" : 'the configuration',
    ...(nativeSize !== undefined && { nativeSize }),
    modules,
    ...disagreement(name, found, wanted),
  };
}

/** Shapes of a network's weights by module; undefined where its folder has no safetensors files that can be read. */
async function weightShapes(folder: string): Promise<Modules | undefined> {
  const files = weightFiles(await readdir(folder).catch(() => []));
  if (!files) return undefined;
  const map = files.index && readWeightMap((await runLater(textOf(join(folder, files.index)))) ?? '');
  const names = files.file !== undefined ? [files.file] : map ? [...new Set(map.values())] : [];
  const modules: Record<string, readonly number[]> = {};
  for (const name of names) {
    const header = await readFileHeader(join(folder, name));
    if (!header.ok) return undefined;
    for (const [tensor, { shape }] of header.value.tensors)
      if (tensor.endsWith('.weight')) modules[tensor.slice(0, -'.weight'.length)] = shape;
  }
  return modules;
}

async function readCheckpoint(name: string, path: string, wanted: string | undefined): Promise<ModelFacts> {
  if (isPickleName(path)) return failed(name, path, 'checkpoint', wanted, pickleProblem(path));
  if (isGgufName(path)) return failed(name, path, 'checkpoint', wanted, ggufProblem(path));
  const header = await readFileHeader(path);
  if (!header.ok) return failed(name, path, 'checkpoint', wanted, header.problem);
  const { tensors, metadata } = header.value;
  const { kind, finding } = judge(gatherEvidence(tensors));
  const isBare = kind === 'diffusion-model';
  const candidates = finding?.candidates ?? [];
  const found = candidates.length === 1 ? candidates[0] : undefined;
  const architecture = found ?? wanted;
  const nativeSize = nativeSizeOf(architecture);
  const storage = quantisedStorage(tensors.keys(), (tensor) => tensors.get(tensor)?.dtype);
  const form = isBare ? 'the diffusion model alone' : 'a checkpoint';
  const runs = readSingleFile({ tensors: tensorsOf(path, header.value), metadata });
  const cannotRun = storage
    ? notReadStorage(path, storage, architecture)
    : (notDrawn(path, candidates, form) ??
      (isBare && found !== undefined
        ? unetAlone(path, found)
        : runs.ok
          ? undefined
          : naming(path, runs.problem)));
  return {
    name,
    path,
    format: 'checkpoint',
    ...(architecture !== undefined && { architecture }),
    ...(found !== undefined && finding?.variant !== undefined && { variant: finding.variant }),
    source: found ? "the checkpoint's tensor shapes" : 'the configuration',
    ...(nativeSize !== undefined && { nativeSize }),
    modules: isBare || kind === 'checkpoint' ? checkpointModules(tensors, found) : {},
    ...(cannotRun && { cannotRun }),
    ...disagreement(name, found, wanted),
  };
}

/** The architecture whose every module the graph has, with its shape. */
function architectureOfModules(modules: Readonly<Modules>): string | undefined {
  let best: { name: string; share: number } | undefined;
  for (const { name, unet } of LAYOUTS) {
    const expected = unetModules(unet).filter(({ shape }) => shape.length > 1);
    const fits = expected.filter(({ path, shape }) => sameShape(modules[path], shape)).length;
    const share = fits / expected.length;
    if (share > (best?.share ?? 0)) best = { name, share };
  }
  return best && best.share > 0.9 ? best.name : undefined;
}

/** Exporters may lay out a 1×1 convolution as a matrix. */
function sameShape(left: readonly number[] | undefined, right: readonly number[]): boolean {
  return left !== undefined && left[0] === right[0] && (left[1] === right[1] || right[1] === 4);
}

function disagreement(
  name: string,
  found: string | undefined,
  wanted: string | undefined,
): { problem?: Problem } {
  if (found === undefined || wanted === undefined || agrees(wanted, found)) return {};
  return {
    problem: failure(
      'model-architecture',
      `The configuration calls the model ${name} ${wanted}, but its tensors are those of ${found}.`,
      'The tensors decide; correct the configuration.',
    ).problem,
  };
}

/** Image side by architecture, where nothing nearer says it. */
function nativeSizeOf(architecture: string | undefined): number | undefined {
  if (architecture === undefined) return undefined;
  const layout = LAYOUTS.find(({ name }) => name === architecture);
  if (layout) return layout.nativeSize;
  return architectureById(architecture)?.nativeSize;
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  return parseObject(await runLater(textOf(path)));
}
