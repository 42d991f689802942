import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { ServerLibrary } from '../../../server/src/shared/engines';
import type { GenerationPlan } from '../../../server/src/shared/plan';
import type { Problem } from '../../../server/src/shared/problem';
import { serverEnvironment } from '../../../server/src/workspace/serverEnvironment';

/** The plan of a block for a server, or why there is none. */
export function tryPlan(library: ServerLibrary, text: string, file = '/prompts/a.sdprompt') {
  return buildPlan(parse(text), 0, serverEnvironment(EMPTY_ENVIRONMENT, library), {
    drawnSeed: 7,
    resolveFile: (name) => new URL(name, `file://${file}`).pathname,
  });
}

export function planFor(library: ServerLibrary, text: string): GenerationPlan {
  const built = tryPlan(library, text);
  if (!built.ok) throw new Error(`${built.problem.code}: ${built.problem.message}`);
  return built.value.plan;
}

export function problemFor(library: ServerLibrary, text: string): Problem {
  const built = tryPlan(library, text);
  if (built.ok) throw new Error('The plan was made.');
  return built.problem;
}
