import type { ClipTokenizer } from '../../formats/tokenizer';
import { createImageNoise } from '../../numerics/noise';
import type { ServerLibrary } from '../../shared/engines';
import type { GenerationPlan, PlanLora, PlanModel, PlanPrompt } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { conditioning } from './conditioning';
import { type ComfyGraph, createGraph, type GraphBuilder, type Link, slot } from './graph';
import { type Levels, levelsOf, shareOf, sigmasText, withoutCut } from './levels';
import { COMFY_SAMPLERS, COMFY_SCHEDULERS, type ComfySampler } from './samplers';

/** Pixels per latent on each side. */
const VAE_FACTOR = 8;
const LATENT_CHANNELS = 4;
/** Scales of latents; `LoadLatent` divides a file without marker key by that of Stable Diffusion 1. */
const SD1_SCALE = 0.18215;
const SDXL_SCALE = 0.13025;

/** Latents that a graph reads by name, to be uploaded before it is sent: float32, [entries, 4, height, width]. */
export interface LatentUpload {
  /** The file name in the graph. */
  readonly name: string;
  readonly shape: readonly [entries: number, channels: number, height: number, width: number];
  readonly data: Float32Array;
}

export interface BuiltGraph {
  readonly graph: ComfyGraph;
  readonly uploads: readonly LatentUpload[];
  /** What ComfyUI cannot do the same way, one sentence each. */
  readonly notes: readonly string[];
  /** Nodes that sample, in order, with their steps: for the progress. */
  readonly sampling: readonly { readonly node: string; readonly steps: number }[];
}

export interface BuildOptions {
  readonly library: Pick<ServerLibrary, 'nodes' | 'embeddings'>;
  readonly tokenizer: ClipTokenizer;
  /** Name under which the picture to start from was uploaded, and whether it has the plan's size. */
  readonly init?: { readonly name: string; readonly hasSize: boolean };
  /** `SaveImage` keeps a file on the server, `PreviewImage` a temporary one. */
  readonly output:
    | { readonly class: 'SaveImage'; readonly prefix: string }
    | { readonly class: 'PreviewImage' };
  /** Prefix of the names of uploaded latents. */
  readonly uploadName: string;
}

/** A model with its LoRAs: where samplers and prompts take it from. */
interface Loaded {
  readonly model: Link;
  readonly clip: Link;
  readonly vae: Link;
}

/** What all passes of one graph share. */
interface Context {
  readonly plan: GenerationPlan;
  readonly graph: GraphBuilder;
  readonly options: BuildOptions;
  readonly notes: Set<string>;
  readonly uploads: LatentUpload[];
  readonly sampling: { node: string; steps: number }[];
}

/** One pass from a start to latents. */
interface Pass {
  readonly loaded: Loaded;
  readonly positive: PlanPrompt;
  readonly negative: PlanPrompt;
  readonly sampler: string;
  readonly scheduleType: string;
  readonly steps: number;
  readonly cfgScale: number;
  readonly width: number;
  readonly height: number;
  /** Latents that it starts from, with the denoising strength. */
  readonly start?: { readonly latent: Link; readonly strength: number; readonly takesAllSteps?: boolean };
  readonly refines: boolean;
}

/**
 * The graph of a plan, with core nodes. Its names of files are the server's. Sigmas, chunks, prompt editing, AND and the noise of
 * ancestral samplers are those of the web UI; what core nodes cannot do is in the notes.
 * Fails with `comfyui-cannot` for a sampler or schedule type that ComfyUI has not at all.
 */
export function buildGraph(plan: GenerationPlan, options: BuildOptions): Result<BuiltGraph> {
  const context: Context = {
    ...{ plan, options },
    graph: createGraph(),
    notes: new Set(),
    uploads: [],
    sampling: [],
  };
  const { graph, notes } = context;
  const { parameters: wanted, hires, refiner } = plan;
  const loaded = load(context, plan.model, plan.loras);
  const start = startLatents(context, loaded);
  const first = sample(context, {
    loaded,
    positive: plan.positive,
    negative: plan.negative,
    sampler: wanted.sampler,
    scheduleType: wanted.scheduleType,
    steps: wanted.steps,
    cfgScale: wanted.cfgScale,
    width: wanted.width,
    height: wanted.height,
    ...(start && { start: { latent: start, strength: plan.init?.strength ?? 1 } }),
    refines: refiner !== undefined && (hires === undefined || refiner.passes !== 'second'),
  });
  if (!first.ok) return first;
  let latent = first.value;
  let vae = loaded.vae;
  if (hires) {
    const again =
      hires.model || hires.loras
        ? load(context, hires.model ?? plan.model, hires.loras ?? plan.loras)
        : loaded;
    const larger = enlarge(context, latent, loaded, again);
    const second = sample(context, {
      loaded: again,
      positive: hires.positive,
      negative: hires.negative,
      sampler: hires.sampler,
      scheduleType: hires.scheduleType,
      steps: hires.steps,
      cfgScale: hires.cfgScale,
      width: hires.width,
      height: hires.height,
      start: { latent: larger, strength: hires.strength, takesAllSteps: true },
      refines: refiner !== undefined && refiner.passes !== 'first',
    });
    if (!second.ok) return second;
    latent = second.value;
    vae = again.vae;
  }
  const images = graph.add('VAEDecode', { samples: latent, vae });
  if (options.output.class === 'SaveImage')
    graph.add('SaveImage', { images, filename_prefix: options.output.prefix });
  else graph.add('PreviewImage', { images });
  return success({
    graph: graph.nodes,
    uploads: context.uploads,
    notes: [...notes],
    sampling: context.sampling,
  });
}

/** Checkpoint, VAE, the chain of LoRAs, and the text encoder's last layer. */
function load(
  { plan, graph, notes }: Context,
  { path, vae, architecture }: PlanModel,
  loras: readonly PlanLora[],
): Loaded {
  const checkpoint = graph.add('CheckpointLoaderSimple', { ckpt_name: path });
  let model = checkpoint;
  let clip = slot(checkpoint, 1);
  const ownVae = vae === undefined ? slot(checkpoint, 2) : graph.add('VAELoader', { vae_name: vae });
  for (const { path: file, te, unet, dyn } of loras) {
    if (dyn !== undefined) notes.add('`dyn` has no node in ComfyUI: the whole rank is used.');
    if (te === 0 && unet === 0) continue;
    const node = graph.add('LoraLoader', {
      lora_name: file,
      strength_model: unet,
      strength_clip: te,
      model,
      clip,
    });
    model = node;
    clip = slot(node, 1);
  }
  const { clipSkip } = plan.parameters;
  // SDXL's encoders end where they were trained to end, in the web UI as well.
  if (clipSkip > 1 && !isSdxl(architecture))
    clip = graph.add('CLIPSetLastLayer', { stop_at_clip_layer: -clipSkip, clip });
  return { model, clip, vae: ownVae };
}

/** Latents of the picture to start from; undefined for text to image. */
function startLatents({ plan, graph, notes, options }: Context, { vae }: Loaded): Link | undefined {
  const { init } = options;
  if (plan.init === undefined || init === undefined) return undefined;
  let pixels = graph.add('LoadImage', { image: init.name });
  if (!init.hasSize) {
    const { width, height } = plan.parameters;
    pixels = graph.add('ImageScale', {
      image: pixels,
      upscale_method: 'lanczos',
      width,
      height,
      crop: 'disabled',
    });
    notes.add(
      'The picture to start from has another size and is resized by ComfyUI, a little otherwise than here.',
    );
  }
  return graph.add('VAEEncode', { pixels, vae });
}

/** Latent upscalers of the web UI by ComfyUI's methods. */
const LATENT_METHODS: Readonly<Record<string, string>> = {
  Latent: 'bilinear',
  'Latent (bicubic)': 'bicubic',
  'Latent (nearest-exact)': 'nearest-exact',
};
const ALMOST_METHODS: Readonly<Record<string, string>> = {
  'Latent (antialiased)': 'bilinear',
  'Latent (bicubic antialiased)': 'bicubic',
  'Latent (nearest)': 'nearest-exact',
};

function enlarge({ plan, graph, notes }: Context, samples: Link, first: Loaded, second: Loaded): Link {
  const { width, height, enlarged, upscaler } = plan.hires!;
  const crop = enlarged ? 'center' : 'disabled';
  const method = LATENT_METHODS[upscaler] ?? ALMOST_METHODS[upscaler];
  if (method !== undefined) {
    if (LATENT_METHODS[upscaler] === undefined)
      notes.add(`ComfyUI has no upscaler ${upscaler}; ${method} is used for its latents.`);
    return graph.add('LatentUpscale', { samples, upscale_method: method, width, height, crop });
  }
  if (upscaler !== 'Lanczos') notes.add(`The upscaler ${upscaler} is replaced by Lanczos.`);
  const image = graph.add('VAEDecode', { samples, vae: first.vae });
  const pixels = graph.add('ImageScale', { image, upscale_method: 'lanczos', width, height, crop });
  return graph.add('VAEEncode', { pixels, vae: second.vae });
}

/** One pass: the sigmas, the noise, the guider, and the sampler or its steps one by one. */
function sample(context: Context, pass: Pass): Result<Link> {
  const { plan, graph, notes, options } = context;
  const sampler = COMFY_SAMPLERS[pass.sampler];
  if (sampler === undefined)
    return failure(
      'comfyui-cannot',
      `ComfyUI has no sampler ${pass.sampler}.`,
      `Choose one of ${Object.keys(COMFY_SAMPLERS).join(', ')}, or another engine.`,
    );
  if (sampler.note) notes.add(`${pass.sampler}: ${sampler.note}.`);
  const { strength } = pass.start ?? {};
  const levels = levelsOf({
    ...{ sampler, scheduleType: pass.scheduleType, steps: pass.steps, strength },
    architecture: plan.model.architecture,
    ...(pass.start?.takesAllSteps && { takesAllSteps: true }),
  });
  if (levels === undefined)
    return failure(
      'comfyui-cannot',
      `The schedule type ${pass.scheduleType} has no sigmas.`,
      'Choose another schedule type, or another engine.',
    );
  const { variation, seedResize, rng, ensd } = plan.parameters;
  const ownNoise =
    sampler.ancestral ||
    levels.needsOwnNoise ||
    rng !== 'CPU' ||
    variation !== undefined ||
    seedResize !== undefined;
  if (!ownNoise && ensd !== 0 && sampler.note)
    notes.add('ENSD does nothing to noise that ComfyUI draws itself.');
  const used = ownNoise ? withoutCut(levels) : levels;
  const hasManualSigmas =
    options.library.nodes === undefined || options.library.nodes.includes('ManualSigmas');
  if (
    !hasManualSigmas &&
    (ownNoise || sampler.levels || COMFY_SCHEDULERS[scheduleOf(pass, sampler)] === undefined)
  )
    return failure(
      'comfyui-cannot',
      `This ComfyUI has no node ManualSigmas, which ${pass.sampler} with ${pass.scheduleType} needs.`,
      'Update ComfyUI, or choose Euler or DPM++ 2M with a schedule of its own.',
    );
  if (!hasManualSigmas)
    notes.add(
      'This ComfyUI has no node ManualSigmas: its own schedule is used, a little otherwise than here (0.05 of 255).',
    );

  const guider = (loaded: Loaded) => guiderOf(context, pass, loaded, used, sampler);
  const own = guider(pass.loaded);
  const refined = pass.refines && plan.refiner ? switchOf(context, used.sigmas) : undefined;
  const guiders = [own, ...(refined ? [guider(refined.loaded)] : [])];
  const guiderAt = (step: number) => (refined && step >= refined.at ? guiders[1]! : own);
  const drawn = ownNoise ? noisy(context, pass, used, sampler) : undefined;
  const from = drawn?.first ?? pass.start?.latent ?? emptyLatent(context, pass);
  const choose = () =>
    sampler.node
      ? graph.add(sampler.node.class, sampler.node.inputs)
      : graph.add('KSamplerSelect', { sampler_name: sampler.name });
  const run = (noise: Link, from: Link, sigmas: readonly number[], step: number) => {
    const list = hasManualSigmas
      ? graph.add('ManualSigmas', { sigmas: sigmasText(sigmas) })
      : builtInSigmas(context, pass, sampler, sigmas.length - 1);
    const node = graph.add('SamplerCustomAdvanced', {
      noise,
      guider: guiderAt(step),
      sampler: choose(),
      sigmas: list,
      latent_image: from,
    });
    context.sampling.push({ node: node[0], steps: sigmas.length - 1 });
    return node;
  };

  let result: Link;
  if (sampler.ancestral && drawn) result = stepwise(context, used.sigmas, drawn, run);
  else {
    const noise = ownNoise
      ? graph.add('DisableNoise')
      : graph.add('RandomNoise', { noise_seed: plan.parameters.seed });
    result = refined
      ? run(
          graph.add('DisableNoise'),
          run(noise, from, used.sigmas.slice(0, refined.at + 1), 0),
          used.sigmas.slice(refined.at),
          refined.at,
        )
      : run(noise, from, used.sigmas, 0);
  }
  if (used.endScale !== 1)
    result = graph.add('LatentMultiply', { samples: result, multiplier: used.endScale });
  return success(result);
}

/** Prompts and CFG for a model. AND multiplies the CFG scale, because its parts are averaged. */
function guiderOf(
  { plan, graph, notes, options }: Context,
  pass: Pass,
  { model, clip }: Loaded,
  { sigmas }: Levels,
  sampler: ComfySampler,
): Link {
  const shared = {
    graph,
    clip,
    tokenizer: options.tokenizer,
    library: options.library,
    emphasis: plan.parameters.emphasis,
    sigmas,
    steps: pass.steps,
    isHeun: sampler.name === 'heun',
    notes,
  };
  const positive = conditioning(pass.positive, shared);
  const negative = conditioning(pass.negative, shared);
  return graph.add('CFGGuider', {
    model,
    positive: positive.link,
    negative: negative.link,
    cfg: Math.round(pass.cfgScale * positive.weight * 1e6) / 1e6,
  });
}

function scheduleOf({ scheduleType }: Pass, { schedule }: ComfySampler): string {
  return scheduleType === 'Automatic' ? schedule : scheduleType;
}

/** The sigmas of ComfyUI's own scheduler, cut to the last `steps` of them. */
function builtInSigmas({ graph }: Context, pass: Pass, sampler: ComfySampler, steps: number): Link {
  const { strength } = pass.start ?? {};
  const total =
    pass.start?.takesAllSteps && strength ? Math.floor(pass.steps / Math.min(strength, 0.999)) : pass.steps;
  const all = graph.add('BasicScheduler', {
    scheduler: COMFY_SCHEDULERS[scheduleOf(pass, sampler)]!,
    steps: total,
    denoise: 1,
    model: pass.loaded.model,
  });
  return steps < total ? slot(graph.add('SplitSigmas', { sigmas: all, step: total - steps }), 1) : all;
}

function emptyLatent({ graph }: Context, { width, height }: Pass): Link {
  return graph.add('EmptyLatentImage', { width, height, batch_size: 1 });
}

/** Latents with our noise in them, and the noise of the steps. */
interface Noisy {
  readonly first: Link;
  /** The noise of a step, already scaled. */
  entries(step: number): Link;
}

/** Draws the noise of a pass as the web UI does and puts it into a file of latents. */
function noisy(
  context: Context,
  pass: Pass,
  { sigmas, noiseScale, startScale }: Levels,
  sampler: ComfySampler,
): Noisy {
  const { plan, graph, options, uploads } = context;
  const { seed, rng, ensd, variation, seedResize } = plan.parameters;
  const [height, width] = [pass.height / VAE_FACTOR, pass.width / VAE_FACTOR];
  const noise = createImageNoise({
    kind: rng,
    seed,
    shape: [LATENT_CHANNELS, height, width],
    ensd,
    ...(variation && { variation }),
    ...(seedResize && {
      resizeFrom: {
        width: Math.floor(seedResize.width / VAE_FACTOR),
        height: Math.floor(seedResize.height / VAE_FACTOR),
      },
    }),
  });
  const unit = isSdxl(pass.loaded && plan.model.architecture) ? SD1_SCALE / SDXL_SCALE : 1;
  const scales = [
    noiseScale,
    ...(sampler.ancestral ? ancestralSteps(sigmas).map(({ up }) => up) : []),
  ].filter((scale, index) => index === 0 || scale > 0);
  const size = LATENT_CHANNELS * height * width;
  const data = new Float32Array(size * scales.length);
  scales.forEach((scale, entry) => {
    const drawn = entry === 0 ? noise.first() : noise.next();
    for (let i = 0; i < size; i++)
      data[entry * size + i] = Math.fround(drawn[i]! * Math.fround(scale)) * unit;
  });
  const name = `${options.uploadName}-${uploads.length + 1}.latent`;
  uploads.push({ name, shape: [scales.length, LATENT_CHANNELS, height, width], data });
  const file = graph.add('LoadLatent', { latent: name });
  const entries = (index: number) =>
    scales.length === 1
      ? file
      : graph.add('LatentFromBatch', { samples: file, batch_index: index, length: 1 });
  const first = entries(0);
  if (pass.start === undefined) return { first, entries };
  const start =
    startScale === 1
      ? pass.start.latent
      : graph.add('LatentMultiply', { samples: pass.start.latent, multiplier: startScale });
  return { first: graph.add('LatentAdd', { samples1: start, samples2: first }), entries };
}

/** Each step of an ancestral sampler: down to below the next sigma, then the noise up to it. */
function ancestralSteps(sigmas: readonly number[]): { readonly down: number; readonly up: number }[] {
  const { fround } = Math;
  return sigmas.slice(0, -1).map((sigma, index) => {
    const next = sigmas[index + 1]!;
    const [square, squareNext] = [fround(sigma ** 2), fround(next ** 2)];
    const variance = fround(fround(squareNext * fround(square - squareNext)) / square);
    const up = Math.min(next, fround(Math.sqrt(Math.max(0, variance))));
    return { down: fround(Math.sqrt(Math.max(0, fround(squareNext - fround(up ** 2))))), up };
  });
}

function stepwise(
  { graph }: Context,
  sigmas: readonly number[],
  latent: Noisy,
  run: (noise: Link, from: Link, sigmas: readonly number[], step: number) => Link,
): Link {
  const steps = ancestralSteps(sigmas);
  let current = latent.first;
  let entry = 1;
  for (const [step, { down, up }] of steps.entries()) {
    current = run(graph.add('DisableNoise'), current, [sigmas[step]!, down], step);
    if (up > 0) current = graph.add('LatentAdd', { samples1: current, samples2: latent.entries(entry++) });
  }
  return current;
}

/** Where the refiner takes over, and the refiner itself; undefined where that is at the start or never. */
function switchOf(
  context: Context,
  sigmas: readonly number[],
): { readonly at: number; readonly loaded: Loaded } | undefined {
  const refiner = context.plan.refiner!;
  const steps = sigmas.length - 1;
  const at = sigmas
    .slice(0, -1)
    .findIndex((sigma, step) => (refiner.bySteps ? step / steps : shareOf(sigma)) >= refiner.switchAt);
  return at <= 0 ? undefined : { at, loaded: load(context, refiner.model, refiner.loras) };
}

function isSdxl(architecture: string | undefined): boolean {
  return architecture?.startsWith('sdxl') === true || architecture === 'ssd-1b';
}
