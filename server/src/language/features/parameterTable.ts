import { type ParameterEntry, parameterEntry } from '../../shared/catalogue/parameters';
import type { ModelFacts } from '../../shared/facts';
import type { Environment } from '../environment';

type Values = (environment: Environment, model: ModelFacts | undefined) => readonly string[];

/** Values that depend on what is installed or on the model. */
const VALUES: Readonly<Record<string, Values>> = {
  Size: (_, model) => sizesFor(model),
  Model: ({ models }) => models.map(({ name }) => name),
  VAE: ({ vaes }) => [...vaes.map(({ name }) => name), 'Automatic', 'None'],
  Refiner: ({ models }) => {
    const refiners = models.filter(({ architecture }) => architecture === 'sdxl-refiner');
    return (refiners.length > 0 ? refiners : models).map(({ name }) => name);
  },
};

/** True for a parameter with values to offer. */
export function hasValues({ key, offered }: ParameterEntry): boolean {
  return offered !== undefined || Object.hasOwn(VALUES, key);
}

/** The values to offer for a parameter, most likely first; none for one that is free text. */
export function offeredValues(
  key: string,
  environment: Environment,
  model: ModelFacts | undefined,
): readonly string[] {
  if (Object.hasOwn(VALUES, key)) return VALUES[key]?.(environment, model) ?? [];
  return parameterEntry(key)?.offered ?? [];
}

function sizesFor(model: ModelFacts | undefined): readonly string[] {
  const side = model?.nativeSize;
  if (side === 1024 || model?.architecture === 'sdxl') {
    return ['1024x1024', '832x1216', '1216x832', '896x1152', '1152x896'];
  }
  if (side === undefined || side === 512) return ['512x512', '512x768', '768x512', '768x768'];
  // Half as wide again, to the next multiple of 8.
  const long = Math.round((side * 1.5) / 8) * 8;
  return [`${side}x${side}`, `${side}x${long}`, `${long}x${side}`];
}
