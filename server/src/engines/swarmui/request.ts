import type { GenerationPlan } from '../../shared/plan';
import { COMFY_SAMPLERS, COMFY_SCHEDULERS } from '../comfyui/samplers';
import type { JsonObject } from '../json';

/** One picture as SwarmUI's parameters. */
export interface SwarmRequest {
  readonly body: JsonObject;
  readonly notes: readonly string[];
}

/**
 * The parameters of a plan by SwarmUI's ids: the labels of its page in small letters. LoRAs are lists beside the prompt, so that no
 * order of strengths is mistaken; samplers and schedulers are ComfyUI's.
 * @param init the picture to start from, as a `data:` URI
 */
export function swarmRequest(plan: GenerationPlan, sessionId: string, init?: string): SwarmRequest {
  const { parameters: wanted, source, hires, refiner, model, loras } = plan;
  const notes = new Set<string>([
    'SwarmUI draws with ComfyUI’s own schedules and weights, so the picture differs a little from the web UI’s.',
  ]);
  const sampler = COMFY_SAMPLERS[wanted.sampler];
  const schedule = wanted.scheduleType === 'Automatic' ? sampler?.schedule : wanted.scheduleType;
  const scheduler = COMFY_SCHEDULERS[schedule ?? 'Uniform'];
  if (scheduler === undefined)
    notes.add(`SwarmUI has no schedule type ${wanted.scheduleType}; its default is used.`);
  const name = sampler?.ancestral ? ANCESTRAL[wanted.sampler] : sampler?.name;
  if (loras.some(({ dyn }) => dyn !== undefined))
    notes.add('`dyn` does nothing in SwarmUI: the whole rank is used.');
  if (wanted.rng !== 'CPU' || wanted.ensd !== 0 || wanted.seedResize)
    notes.add('RNG, ENSD and seed resize do nothing in SwarmUI.');
  const body = {
    session_id: sessionId,
    images: 1,
    prompt: swarmPrompt(source?.positive ?? '', wanted.steps, notes),
    negativeprompt: swarmPrompt(source?.negative ?? '', wanted.steps, notes),
    model: model.path,
    ...(model.vae !== undefined && { vae: model.vae }),
    steps: wanted.steps,
    cfgscale: wanted.cfgScale,
    seed: wanted.seed,
    width: wanted.width,
    height: wanted.height,
    ...(name !== undefined && { sampler: name }),
    ...(scheduler !== undefined && { scheduler }),
    ...(wanted.clipSkip > 1 && { clipstopatlayer: -wanted.clipSkip }),
    ...(loras.length > 0 && {
      loras: loras.map(({ path }) => path),
      loraweights: loras.map(({ unet }) => unet),
      loratencweights: loras.map(({ te }) => te),
    }),
    ...(wanted.variation && {
      variationseed: wanted.variation.seed,
      variationseedstrength: wanted.variation.strength,
    }),
    ...(plan.init && init !== undefined && { initimage: init, initimagecreativity: plan.init.strength }),
    ...(hires && {
      refinermethod: 'PostApply',
      refinercontrolpercentage: hires.strength,
      refinerupscale: hires.width / wanted.width,
      refinersteps: hires.steps,
      refinercfgscale: hires.cfgScale,
    }),
    ...(!hires &&
      refiner && {
        refinermodel: refiner.model.path,
        refinermethod: 'StepSwap',
        refinercontrolpercentage: 1 - refiner.switchAt,
      }),
    donotsave: true,
  };
  return { body, notes: [...notes] };
}

const ANCESTRAL: Readonly<Record<string, string>> = {
  'Euler a': 'euler_ancestral',
  'DPM2 a': 'dpm_2_ancestral',
  'DPM++ 2S a': 'dpmpp_2s_ancestral',
};

/** A prompt without LoRA tags; plain forms of prompt editing in SwarmUI's words, others told. */
function swarmPrompt(text: string, steps: number, notes: Set<string>): string {
  const written = text
    .replace(/<lora:[^>]*>/g, '')
    .replace(
      /\[([^[\]:|]*):([^[\]:|]*):\s*(\d*\.?\d+)\s*\]/g,
      (_, from: string, to: string, when: string) => {
        const share = Number(when) >= 1 && !when.includes('.') ? Number(when) / steps : Number(when);
        return `<fromto[${Math.min(1, share)}]:${from},${to}>`;
      },
    )
    .replace(
      /\[([^[\]:|]*(?:\|[^[\]:|]*)+)\]/g,
      (_, parts: string) => `<alternate:${parts.split('|').join(',')}>`,
    );
  if (/\[[^\]]*:/.test(written) || /\b(AND|BREAK)\b/.test(written))
    notes.add('Nested prompt editing, AND and BREAK are read as words by SwarmUI.');
  return written.trim();
}
