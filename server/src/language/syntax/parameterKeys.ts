import { PARAMETER_CATALOGUE } from '../../shared/catalogue/treatments';

/**
 * Keys a parameter line may begin with although it holds fewer than three pairs: what the web UI, Forge and their usual
 * extensions write. Spelled exactly; other keys are parameters too, where the line is already known to hold some.
 */
export const KNOWN_PARAMETER_KEYS: ReadonlySet<string> = new Set(PARAMETER_CATALOGUE.map(({ key }) => key));
