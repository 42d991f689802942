import type { ModelFacts, VaeFacts } from '../../shared/facts';
import { looseName } from '../domain/names';
import type { Environment } from '../environment';
import { didYouMean } from './suggest';
import type { WrittenParameter } from './written';

/** What a block says about its VAE, as the web UI spells it where it names no file. */
export const VAE_WORDS = { automatic: 'Automatic', none: 'None' } as const;

/** The VAE of a block: a file for every model of the picture, none but the models' own, or whatever each is set up with. */
export type ChosenVae = VaeFacts | 'own' | undefined;

/**
 * Reads `VAE` and, where the name is unknown, `VAE hash`. A file that is not here or cannot be read is no reason to make no
 * picture: pictures from elsewhere name one more often than not, and the model has one of its own.
 * @param warnings takes in what was done instead
 */
export function chooseVae(
  parameters: readonly WrittenParameter[],
  { vaes }: Environment,
  warnings: string[] = [],
): ChosenVae {
  const lastOf = (wanted: string) => parameters.findLast(({ key }) => key === wanted)?.value.trim();
  const name = lastOf('VAE') ?? '';
  const hash = lastOf('VAE hash')?.toLowerCase();
  const word = name.toLowerCase();
  if (word === VAE_WORDS.none.toLowerCase()) return 'own';
  if (name === '' || word === VAE_WORDS.automatic.toLowerCase()) return undefined;
  const facts =
    vaes.find((vae) => vae.name === name) ??
    vaes.find((vae) => looseName(vae.name) === looseName(name)) ??
    vaes.find(({ hashes }) => hash !== undefined && hashes?.autoV2 === hash);
  if (facts && !facts.problem) return facts;
  const names = vaes.filter((vae) => !vae.problem).map((vae) => vae.name);
  warnings.push(
    facts?.problem
      ? `The VAE ${name} cannot be used, so the model's own is: ${facts.problem.message} ${facts.problem.remedy}`
      : `There is no VAE called ${name} here, so the model's own is used and colours may differ a little. ${didYouMean(name, names)}Put the file into a folder of \`modelPaths\` or into the folder \`VAE\` beside one.`,
  );
  return undefined;
}

/** The file that a model takes its VAE from; undefined where it has its own. */
export function vaeFor(
  { vae: configured }: ModelFacts,
  chosen: ChosenVae,
  { vaes }: Environment,
): VaeFacts | undefined {
  if (chosen === 'own') return undefined;
  if (chosen !== undefined || configured === undefined) return chosen;
  return vaes.find(({ path }) => path === configured) ?? { name: baseName(configured), path: configured };
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
