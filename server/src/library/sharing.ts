import type { LoraNetworkFacts } from '../shared/facts';

/** Values cached for each list of modules. */
const MAX_NEAR = 500;
/** Values cached in all; a later one is used as it is. */
const MAX_SHARED = 20_000;

/** Gives files with the same network facts one object: ten thousand files are mostly repetition. */
export interface Sharing {
  /** The one copy of equal facts; it holds no reference to the text it was read from. */
  network(facts: LoraNetworkFacts): LoraNetworkFacts;
}

export function createSharing(): Sharing {
  const known = new Map<string, LoraNetworkFacts>();
  // Files with one list of modules mostly agree in everything else, which is quicker to see than to write out.
  const near = new WeakMap<object, Map<string, LoraNetworkFacts>>();

  function briefly(facts: LoraNetworkFacts): LoraNetworkFacts {
    let same = near.get(facts.modules);
    if (!same) {
      same = new Map();
      near.set(facts.modules, same);
    }
    const brief = briefKey(facts);
    let shared = same.get(brief);
    if (!shared) {
      shared = wholly(facts);
      if (same.size < MAX_NEAR) same.set(brief, shared);
    }
    return shared;
  }

  function wholly(facts: LoraNetworkFacts): LoraNetworkFacts {
    const text = JSON.stringify(facts);
    let shared = known.get(text);
    if (!shared) {
      shared = JSON.parse(text) as LoraNetworkFacts;
      if (known.size < MAX_SHARED) known.set(text, shared);
    }
    return shared;
  }

  return { network: (facts) => (facts.problems === undefined ? briefly(facts) : wholly(facts)) };
}

/** What tells files with one list of modules and no problem from each other: every other field, in the order written. */
function briefKey(facts: LoraNetworkFacts): string {
  let key = '';
  for (const [field, value] of Object.entries(facts)) {
    if (field !== 'modules' && value !== undefined) key += `${field}\0${value}\0`;
  }
  return key;
}
