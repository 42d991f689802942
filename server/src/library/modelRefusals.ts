import { basename } from 'node:path';
import { architectureById, architectureTitle } from '../shared/catalogue/architectures';
import { failure, type Problem } from '../shared/problem';

const OTHER_WAYS =
  'Choose a checkpoint of Stable Diffusion 1, 2 or XL, or draw it with another program that sdprompt is connected to.';

/** True for architectures whose models the built-in engine draws. */
export function isDrawn(architecture: string): boolean {
  return architectureById(architecture)?.draws === true;
}

/**
 * Why no picture is made from a model of these architectures: they are not drawn here. Undefined when one of them is, or
 * when none is known.
 *
 * @param form what the file or folder is: `a checkpoint`, `the diffusion model alone` …
 */
export function notDrawn(path: string, architectures: readonly string[], form: string): Problem | undefined {
  if (architectures.length === 0 || architectures.some(isDrawn)) return undefined;
  const titles = architectures.map(architectureTitle).join(' or ');
  return failure(
    'checkpoint-unsupported',
    `${basename(path)} is ${form} of ${titles}. LoRAs are checked against it, but pictures of ${titles} are not made here.`,
    OTHER_WAYS,
  ).problem;
}

/** Why no picture is made from a U-Net without its text encoders and its VAE. */
export function unetAlone(path: string, architecture: string): Problem {
  const title = architectureTitle(architecture);
  return failure(
    'checkpoint-unsupported',
    `${basename(path)} is the U-Net of ${title} alone: the text encoders and the VAE that a picture needs are in other files.`,
    `Choose a checkpoint of ${title} that holds all of them, or a folder that diffusers saved.`,
  ).problem;
}

/** Why a file whose weights are stored in few bits is not drawn. */
export function notReadStorage(path: string, storage: string, architecture: string | undefined): Problem {
  const what = architecture === undefined ? 'a model' : `a model of ${architectureTitle(architecture)}`;
  return failure(
    'checkpoint-unsupported',
    `${basename(path)} is ${what} whose weights are stored as ${storage}, which is not read here.`,
    'Choose the same model in float16, bfloat16, float32 or plain fp8, or draw it with another program.',
  ).problem;
}

/** The problem with the file's name in front, where its message does not say which file is meant. */
export function naming(path: string, problem: Problem): Problem {
  const name = basename(path);
  return problem.message.includes(name) ? problem : { ...problem, message: `${name}: ${problem.message}` };
}
