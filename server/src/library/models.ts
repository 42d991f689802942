import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSingleFile, readWeightMap, tensorsOf, weightFiles } from '../formats/checkpoint';
import { LAYOUTS, unetModules } from '../formats/lora';
import type { ModelFacts } from '../shared/facts';
import { failure, type Problem } from '../shared/problem';
import { checkpointModules } from './checkpointModules';
import { readFileHeader } from './fileSource';
import { runLater, textOf } from './fileWork';
import { type Modules, type ReadGraph, readGraph } from './graphModules';
import { asNumber, asString, parseObject } from './metadata/json';
import { isPickleName, pickleProblem } from './pickle';
import { checkpointArchitecture } from './verdict/checkpoint';
import { gatherEvidence } from './verdict/evidence';

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
  if (stats.isDirectory()) return readFolder(name, path, architecture, graphs);
  return readCheckpoint(name, path, architecture);
}

function declared(name: string, architecture: string | undefined): ModelFacts {
  const size = nativeSizeOf(architecture);
  return {
    name,
    format: 'declared',
    ...(architecture !== undefined && { architecture }),
    source: 'the configuration',
    ...(size !== undefined && { nativeSize: size }),
  };
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
const CLASSES: Readonly<Record<string, string>> = {
  SD3Transformer2DModel: 'sd3',
  FluxTransformer2DModel: 'flux',
  Flux2Transformer2DModel: 'flux2',
  PixArtTransformer2DModel: 'pixart-sigma',
  AuraFlowTransformer2DModel: 'auraflow',
  HunyuanDiT2DModel: 'hunyuan-dit',
  QwenImageTransformer2DModel: 'qwen-image',
  ZImageTransformer2DModel: 'z-image',
  Lumina2Transformer2DModel: 'lumina2',
  WanTransformer3DModel: 'wan',
};

async function readFolder(
  name: string,
  path: string,
  wanted: string | undefined,
  graphs: ReadGraph,
): Promise<ModelFacts> {
  const config =
    (await readJson(join(path, 'unet', 'config.json'))) ??
    (await readJson(join(path, 'transformer', 'config.json')));
  const saved = await readDiffusers(name, path, wanted, config);
  if (saved) return saved;
  const unet = await graphs(join(path, 'unet', 'model.onnx'));
  const denoiser = unet.ok ? unet : await graphs(join(path, 'transformer', 'model.onnx'));
  if (!denoiser.ok) {
    const problem = failure(
      'model-folder',
      `${path} holds no model in ONNX form: ${unet.ok ? '' : unet.problem.message}`,
      'Export the model with `optimum-cli export onnx`, or give the path of the folder that holds unet/model.onnx.',
    ).problem;
    return failed(name, path, 'onnx', wanted, problem);
  }
  const modules: Record<string, readonly number[]> = { ...denoiser.value };
  for (const encoder of ['text_encoder', 'text_encoder_2', 'text_encoder_3']) {
    const graph = await graphs(join(path, encoder, 'model.onnx'));
    if (!graph.ok) continue;
    const prefix = encoder === 'text_encoder' ? '' : `${encoder}.`;
    for (const [module, shape] of Object.entries(graph.value)) modules[prefix + module] = shape;
  }
  const byShapes = architectureOfModules(denoiser.value);
  const byClass = CLASSES[asString(config?._class_name) ?? ''];
  const found = byShapes ?? byClass;
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
    ...disagreement(name, found, wanted),
  };
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
  const header = await readFileHeader(path);
  if (!header.ok) return failed(name, path, 'checkpoint', wanted, header.problem);
  const found = checkpointArchitecture(gatherEvidence(header.value.tensors));
  const architecture = found ?? wanted;
  const nativeSize = nativeSizeOf(architecture);
  const { metadata } = header.value;
  const runs = readSingleFile({ tensors: tensorsOf(path, header.value), metadata });
  return {
    name,
    path,
    format: 'checkpoint',
    ...(architecture !== undefined && { architecture }),
    source: found ? "the checkpoint's tensor shapes" : 'the configuration',
    ...(nativeSize !== undefined && { nativeSize }),
    modules: checkpointModules(header.value.tensors, found),
    ...(runs.ok ? {} : { cannotRun: runs.problem }),
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
  if (found === undefined || wanted === undefined || found === wanted) return {};
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
  return /^(?:sd3|sd35|flux|chroma|auraflow|qwen|z-image|lumina|hidream|pixart|hunyuan-(?:dit|image)|anima|krea)/.test(
    architecture,
  )
    ? 1024
    : undefined;
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  return parseObject(await runLater(textOf(path)));
}
