import { keysOfOldVersions } from '../analysis/infotextVersions';
import type { WrittenParameter } from './written';

/** The parameters of a picture with what the version of the web UI that made it did otherwise; written keys win. */
export function withVersionKeys(
  parameters: readonly WrittenParameter[],
  prompt: string,
): readonly WrittenParameter[] {
  const find = (key: string) => parameters.findLast((parameter) => parameter.key === key)?.value;
  const added = keysOfOldVersions(find, prompt)
    .filter(([key]) => find(key) === undefined)
    .map(([key, value]) => ({ key, value }));
  return added.length === 0 ? parameters : [...parameters, ...added];
}
