import { OTHER_PARAMETERS } from './otherParameters';
import type { CatalogueParameter } from './parameter';
import { PICTURE_PARAMETERS } from './pictureParameters';
import { SETTING_PARAMETERS } from './settingParameters';

export type { CatalogueParameter, SettingOf, Treatment } from './parameter';
export { SETTING_PARAMETERS } from './settingParameters';

/** Every key that AUTOMATIC1111 1.10 and Forge write, and ours; docs/parameters.md has it as a table. */
export const PARAMETER_CATALOGUE: readonly CatalogueParameter[] = [
  ...PICTURE_PARAMETERS,
  ...SETTING_PARAMETERS,
  ...OTHER_PARAMETERS,
];

const BY_KEY = new Map(PARAMETER_CATALOGUE.map((parameter) => [parameter.key, parameter]));

/** The entry of a key, exactly as it is written. */
export function catalogueParameter(key: string): CatalogueParameter | undefined {
  return BY_KEY.get(key);
}
