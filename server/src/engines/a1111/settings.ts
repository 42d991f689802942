import type { HttpClient } from '../http/client';
import { asObject, type JsonObject } from '../json';

/**
 * Puts back the settings of a request that the server kept. With `override_settings_restore_afterwards` the web UI restores
 * only what it once saved to its own file; the rest would stay for everybody's next picture.
 *
 * @param before the server's settings before the request; undefined where they could not be read
 * @param sent the settings of the request
 * @returns sentences about what could not be put back
 */
export async function putBack(
  http: HttpClient,
  before: JsonObject | undefined,
  sent: JsonObject,
): Promise<string[]> {
  if (before === undefined) return [];
  const answer = await http.json('/sdapi/v1/options');
  const after = answer.ok ? asObject(answer.value) : undefined;
  if (after === undefined) return [];
  const changed = Object.keys(sent).filter(
    (key) => Object.hasOwn(before, key) && !isSame(before[key], after[key]) && isSame(after[key], sent[key]),
  );
  if (changed.length === 0) return [];
  const restored = await http.json('/sdapi/v1/options', {
    json: Object.fromEntries(changed.map((key) => [key, before[key]])),
  });
  return restored.ok
    ? []
    : [
        `The server kept settings of this picture and did not take them back: ${changed.join(', ')}. They count for its next pictures until they are changed there.`,
      ];
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
