import { failure, type Problem } from '../../shared/problem';
import type { JsonConfig } from './config';

/** Schedulers of diffusers whose noise the samplers here do not compute, by class name. */
const OTHER_NOISE: readonly (readonly [pattern: RegExp, noise: string])[] = [
  [/^EDM|^CosineDPMSolver/, 'EDM'],
  [/FlowMatch|^LTXEulerAncestralRF/, 'flow matching'],
  [
    /^(?:CMStochastic|ConsistencyDecoder|DDPMWuerstchen|VQDiffusion|ScoreSdeVe|KarrasVe|Amused)/,
    'a noise of its own',
  ],
];

const PREDICTIONS: ReadonlySet<unknown> = new Set([undefined, null, 'epsilon', 'v_prediction', 'sample']);

/**
 * Says why the scheduler or the VAE that a model folder brings along cannot be followed; undefined when they can. Both
 * layouts of folders, diffusers' and ONNX, have the same files.
 *
 * @param scheduler `scheduler/scheduler_config.json`
 * @param vae `vae/config.json` or `vae_decoder/config.json`
 */
export function folderRefusal(scheduler: JsonConfig, vae: JsonConfig): Problem | undefined {
  const name = typeof scheduler._class_name === 'string' ? scheduler._class_name : '';
  const noise = OTHER_NOISE.find(([pattern]) => pattern.test(name))?.[1];
  if (noise) return refuse(`its scheduler is ${name}, so that it was trained on ${noise}`);
  if (scheduler.use_flow_sigmas === true || scheduler.prediction_type === 'flow_prediction')
    return refuse('its scheduler is set to flow matching');
  if (scheduler.use_edm_sigmas === true) return refuse('its scheduler is set to EDM');
  if (!PREDICTIONS.has(scheduler.prediction_type))
    return refuse(`its scheduler says that it predicts ${String(scheduler.prediction_type)}`);
  const schedule = scheduler.beta_schedule;
  if (schedule !== undefined && !['linear', 'scaled_linear', 'squaredcos_cap_v2'].includes(String(schedule)))
    return refuse(`its scheduler has the noise schedule ${String(schedule)}`);
  if (Array.isArray(scheduler.trained_betas))
    return refuse('its scheduler brings a table of its own (trained_betas)');
  if (Array.isArray(vae.latents_mean) || Array.isArray(vae.latents_std))
    return refuse('its VAE shifts and scales every channel of the latents (latents_mean, latents_std)');
  return undefined;
}

function refuse(what: string): Problem {
  return failure(
    'checkpoint-unsupported',
    `This model is not drawn here: ${what}, which the samplers here do not compute.`,
    'Choose a model that predicts noise or v, or draw it with another program.',
  ).problem;
}
