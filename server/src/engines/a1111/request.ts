import type { ServerLibrary } from '../../shared/engines';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import type { JsonObject } from '../json';
import { type ProgramTraits, traitsOf } from './programs';

/** One picture as a request of `/sdapi/v1`. */
export interface A1111Request {
  readonly path: '/sdapi/v1/txt2img' | '/sdapi/v1/img2img';
  readonly body: JsonObject;
  /** The settings in it: what they are before and what has to be put back is compared by these keys. */
  readonly settings: JsonObject;
  /** What the server cannot do as the plan asks. */
  readonly notes: readonly string[];
}

/**
 * Writes the request of a plan whose names are the server's. Every setting that the plan depends on is sent each time,
 * since what another request left behind is not known; of settings only those that the server has.
 *
 * @param init the picture to start from, as base64
 */
export function a1111Request(
  plan: GenerationPlan,
  library: ServerLibrary,
  serverSettings: JsonObject,
  { taskId, init }: { readonly taskId: string; readonly init?: string | undefined },
): Result<A1111Request> {
  const { source, parameters: wanted, hires, refiner } = plan;
  if (source === undefined)
    return failure(
      'engine-no-source',
      'The plan holds no prompt text, which a web UI needs.',
      'Generate from the block again.',
    );
  const traits = traitsOf(library.program);
  const notes: string[] = [];
  const sampler = samplerFields(library, wanted.sampler, wanted.scheduleType);
  const settings = settingsOf(plan, traits, serverSettings, notes);
  const prompt = promptFor(source.positive, plan, library, notes);
  const body: Record<string, unknown> = {
    prompt,
    negative_prompt: source.negative,
    steps: wanted.steps,
    sampler_name: sampler.name,
    ...(sampler.scheduler !== undefined && { scheduler: sampler.scheduler }),
    cfg_scale: wanted.cfgScale,
    seed: wanted.seed,
    width: wanted.width,
    height: wanted.height,
    batch_size: 1,
    n_iter: 1,
    subseed: wanted.variation?.seed ?? -1,
    subseed_strength: wanted.variation?.strength ?? 0,
    seed_resize_from_w: wanted.seedResize?.width ?? -1,
    seed_resize_from_h: wanted.seedResize?.height ?? -1,
    override_settings: settings,
    override_settings_restore_afterwards: true,
    send_images: true,
    save_images: false,
    ...(traits.hasTaskIds && { force_task_id: taskId }),
    ...(traits.clipSkipIsField && { clip_skip: wanted.clipSkip }),
    ...(traits.lorasAsList && {
      lora: plan.loras.map(({ path, unet }) => ({ path, multiplier: unet })),
    }),
  };
  const { sizeMultiple } = traits;
  if (wanted.width % sizeMultiple !== 0 || wanted.height % sizeMultiple !== 0)
    notes.push(
      `${traits.label} makes pictures whose sides are multiples of ${sizeMultiple}; ${wanted.width}x${wanted.height} may come out otherwise.`,
    );
  if (plan.init) {
    Object.assign(body, {
      init_images: [init ?? ''],
      denoising_strength: plan.init.strength,
      resize_mode: 0,
    });
  } else if (hires) Object.assign(body, hiresFields(plan, library, traits, notes));
  if (refiner)
    Object.assign(body, {
      refiner_checkpoint: refiner.model.path,
      [traits.refinerSwitch]: refiner.switchAt,
    });
  return success({
    path: plan.init ? '/sdapi/v1/img2img' : '/sdapi/v1/txt2img',
    body,
    settings,
    notes,
  });
}

/** The sampler and the schedule type as a server takes them: two fields, or one name (`DPM++ 2M Karras`) before 1.9. */
export function samplerFields(
  library: ServerLibrary,
  sampler: string,
  scheduleType: string,
): { readonly name: string; readonly scheduler?: string } {
  const names = library.samplers.map(({ name }) => name);
  const name = names.find((known) => known.toLowerCase() === sampler.toLowerCase()) ?? sampler;
  if (library.schedules.length > 0) {
    const lower = scheduleType.toLowerCase();
    const found = library.schedules.find(
      (known) => known.label.toLowerCase() === lower || known.name.toLowerCase() === lower,
    );
    return { name, scheduler: found?.label ?? scheduleType };
  }
  const combined = `${sampler} ${scheduleType}`.toLowerCase();
  return { name: names.find((known) => known.toLowerCase() === combined) ?? name };
}

function hiresFields(
  { hires, source }: GenerationPlan,
  library: ServerLibrary,
  traits: ProgramTraits,
  notes: string[],
): JsonObject {
  if (hires === undefined) return {};
  const sampler = samplerFields(library, hires.sampler, hires.scheduleType);
  if (!library.upscalers.includes(hires.upscaler))
    notes.push(`The server has no upscaler ${hires.upscaler}.`);
  return {
    enable_hr: true,
    hr_resize_x: hires.width,
    hr_resize_y: hires.height,
    hr_second_pass_steps: hires.steps,
    denoising_strength: hires.strength,
    hr_upscaler: hires.upscaler,
    // Always by name: an empty one beside an infotext without it is an error of the server's.
    hr_sampler_name: sampler.name,
    ...(sampler.scheduler !== undefined && { hr_scheduler: sampler.scheduler }),
    hr_prompt: serverNames(source?.hires?.positive ?? '', hires.loras ?? [], library),
    hr_negative_prompt: source?.hires?.negative ?? '',
    ...(hires.model && { hr_checkpoint_name: hires.model.path }),
    // Forge's default of 1 draws the second pass without guidance.
    ...(traits.hasHiresCfg && { hr_cfg: hires.cfgScale }),
  };
}

/** The settings that a plan depends on, by the web UI's names. */
function settingsOf(
  { model, parameters, refiner, hires, source }: GenerationPlan,
  traits: ProgramTraits,
  server: JsonObject,
  notes: string[],
): JsonObject {
  const vae = source?.vae;
  const asModules = traits.vaeSetting === 'forge_additional_modules';
  const wanted: readonly (readonly [key: string, value: unknown, isDefault: boolean, words: string])[] = [
    ['CLIP_stop_at_last_layers', parameters.clipSkip, parameters.clipSkip === 1, 'clip skip'],
    ['randn_source', parameters.rng, true, 'RNG'],
    ['eta_noise_seed_delta', parameters.ensd, parameters.ensd === 0, 'ENSD'],
    ['emphasis', parameters.emphasis, parameters.emphasis === 'Original', 'emphasis'],
    ...(vae === undefined
      ? []
      : [[traits.vaeSetting, asModules ? (vae === 'None' ? [] : [vae]) : vae, false, 'VAE'] as const]),
    ...(refiner
      ? ([
          ['refiner_switch_by_sample_steps', refiner.bySteps, !refiner.bySteps, 'refiner by steps'],
          ...(hires
            ? [
                [
                  'hires_fix_refiner_pass',
                  PASSES[refiner.passes],
                  refiner.passes === 'second',
                  'refiner pass',
                ] as const,
              ]
            : []),
        ] as const)
      : []),
  ];
  const settings: Record<string, unknown> = { sd_model_checkpoint: model.path };
  for (const [key, value, isDefault, words] of wanted) {
    if (key === 'CLIP_stop_at_last_layers' && traits.clipSkipIsField) continue;
    if (Object.hasOwn(server, key)) settings[key] = value;
    else if (!isDefault)
      notes.push(`${traits.label} has no setting for the ${words}, which is left as it is there.`);
  }
  return settings;
}

const PASSES = { first: 'first pass', second: 'second pass', both: 'both passes' } as const;

/**
 * The prompt with its LoRA tags as the server finds the files: a name that the server knows otherwise is written its way.
 * For a program that takes LoRAs as a list the tags are taken out.
 */
function promptFor(text: string, plan: GenerationPlan, library: ServerLibrary, notes: string[]): string {
  const traits = traitsOf(library.program);
  if (traits.lorasAsList) {
    if (plan.loras.some(({ te, unet }) => te !== unet))
      notes.push(`${traits.label} has one strength for U-Net and text encoder; that of the U-Net is used.`);
    return text.replace(/<lora:[^>]*>/g, '');
  }
  if (!traits.readsDyn && plan.loras.some(({ dyn }) => dyn !== undefined))
    notes.push(`${traits.label} does not read \`dyn\`: the whole rank is used.`);
  return serverNames(text, plan.loras, library);
}

/** A text with the LoRA names that the server would not find under the names that it has. */
export function serverNames(
  text: string,
  loras: GenerationPlan['loras'],
  { loras: known }: ServerLibrary,
): string {
  let written = text;
  for (const { name, path } of loras) {
    if (path === name || known.some((lora) => lora.name === name || lora.alias === name)) continue;
    written = written
      .replaceAll(`<lora:${name}:`, `<lora:${path}:`)
      .replaceAll(`<lora:${name}>`, `<lora:${path}>`);
  }
  return written;
}
