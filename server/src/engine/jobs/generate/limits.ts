import type { GenerationPlan, PlanPrompt } from '../../../shared/plan';
import { failure, type Result, success } from '../../../shared/problem';

/** What one job may ask for. Plans come from this program's own planner, but also from files and other callers. */
export const LIMITS = {
  steps: 1000,
  side: 4096,
  pixels: 2048 * 2048,
  cfgScale: 1000,
  text: 200_000,
  subprompts: 64,
  loras: 64,
  embeddings: 256,
} as const;

/** Checks a plan before anything is loaded for it. Fails with `plan-invalid`, naming the value. */
export function checkPlan(plan: GenerationPlan): Result<void> {
  const complaint = complaintAbout(plan);
  if (complaint === undefined) return success(undefined);
  return failure(
    'plan-invalid',
    `This cannot be generated: ${complaint}.`,
    'Change the value in the prompt.',
  );
}

function complaintAbout(plan: GenerationPlan): string | undefined {
  if (plan.version !== 1) return `the plan has version ${String(plan.version)}`;
  const { steps, width, height, cfgScale, seed, clipSkip, ensd } = plan.parameters;
  if (!Number.isInteger(steps) || steps < 1 || steps > LIMITS.steps)
    return `Steps is ${steps}, possible are 1 to ${LIMITS.steps}`;
  for (const [name, side] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(side) || side < 8 || side > LIMITS.side || side % 8 !== 0)
      return `the ${name} is ${side}, possible are multiples of 8 up to ${LIMITS.side}`;
  }
  if (width * height > LIMITS.pixels) return `${width}×${height} is more than ${LIMITS.pixels} pixels`;
  if (!Number.isFinite(cfgScale) || Math.abs(cfgScale) > LIMITS.cfgScale) return `CFG scale is ${cfgScale}`;
  if (!Number.isSafeInteger(seed) || seed < 0) return `Seed is ${seed}`;
  if (!Number.isSafeInteger(ensd)) return `ENSD is ${ensd}`;
  const { variation, seedResize } = plan.parameters;
  if (variation && !(Number.isSafeInteger(variation.seed) && variation.seed >= 0))
    return `Variation seed is ${variation.seed}`;
  if (variation && !(variation.strength >= 0 && variation.strength <= 1))
    return `Variation seed strength is ${variation.strength}`;
  if (seedResize && ![seedResize.width, seedResize.height].every((side) => side >= 8 && side <= LIMITS.side))
    return `Seed resize from is ${seedResize.width}x${seedResize.height}`;
  if (!Number.isInteger(clipSkip) || clipSkip < 1 || clipSkip > 12) return `Clip skip is ${clipSkip}`;
  if (plan.loras.length > LIMITS.loras) return `${plan.loras.length} LoRAs are more than ${LIMITS.loras}`;
  const named = plan.embeddings?.length ?? 0;
  if (named > LIMITS.embeddings) return `${named} embeddings are more than ${LIMITS.embeddings}`;
  const wild = plan.loras.find((lora) => !Number.isFinite(lora.te) || !Number.isFinite(lora.unet));
  if (wild) return `the weight of the LoRA ${wild.name} is no number`;
  const strength = plan.init?.strength ?? 0;
  if (!(strength >= 0 && strength <= 1)) return `Denoising strength is ${strength}`;
  const { hires, refiner } = plan;
  if (refiner && !(refiner.switchAt >= 0 && refiner.switchAt <= 1))
    return `Refiner switch at is ${refiner.switchAt}`;
  if (hires) {
    const second = complaintAbout({
      ...plan,
      hires: undefined,
      loras: hires.loras ?? plan.loras,
      init: { path: '', strength: hires.strength },
      parameters: { ...plan.parameters, ...hires },
      positive: hires.positive,
      negative: hires.negative,
    });
    if (second) return `in the hires pass, ${second}`;
  }
  return (
    complaintAboutPrompt(plan.positive, 'prompt') ?? complaintAboutPrompt(plan.negative, 'negative prompt')
  );
}

function complaintAboutPrompt(prompt: PlanPrompt, name: string): string | undefined {
  const { subprompts } = prompt;
  if (subprompts.length < 1 || subprompts.length > LIMITS.subprompts)
    return `the ${name} has ${subprompts.length} parts`;
  let length = 0;
  for (const { schedule, weight } of subprompts) {
    if (schedule.length < 1 || !Number.isFinite(weight)) return `a part of the ${name} is empty`;
    for (const phase of schedule) for (const [text] of phase.runs) length += text.length;
  }
  return length > LIMITS.text ? `the ${name} is longer than ${LIMITS.text} characters` : undefined;
}
