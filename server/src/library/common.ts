import type { LoraFacts } from '../shared/facts';

/** What many files share, one object for all of them; compared by identity. */
export type Common = Pick<LoraFacts, CommonField>;
/** What one file has for itself. */
export type Own = Omit<LoraFacts, CommonField>;

const COMMON = [
  'status',
  'kind',
  'networkType',
  'architecture',
  'candidates',
  'reason',
  'family',
  'prediction',
  'rank',
  'alpha',
  'modules',
  'triggerSource',
  'trainedOn',
  'license',
  'category',
  'vectors',
  'problems',
] as const satisfies readonly (keyof LoraFacts)[];
type CommonField = (typeof COMMON)[number];

/** What tells apart files with one list of modules and no problem; the list of candidates reads as its names. */
const BRIEF = COMMON.filter((field) => field !== 'modules' && field !== 'problems');
/** Values kept for each list of modules. */
const MAX_NEAR = 500;

/** Values kept for sharing; what comes later keeps its own copy. */
const MAX_SHARED = 20_000;

/** Where the files of a library share what they have in common: ten thousand files are mostly repetition. */
export interface Sharing {
  /** The one copy of equal values; nothing in it holds on to the text it was read from. */
  common(facts: Common): Common;
}

export function createSharing(): Sharing {
  const known = new Map<string, Common>();
  // Files with one list of modules mostly agree in everything else, which is quicker to see than to write out.
  const near = new WeakMap<object, Map<string, Common>>();

  function briefly(facts: Common): Common {
    let same = near.get(facts.modules);
    if (!same) {
      same = new Map();
      near.set(facts.modules, same);
    }
    const brief = BRIEF.map((field) => facts[field]).join('\0');
    let common = same.get(brief);
    if (!common) {
      common = wholly(facts);
      if (same.size < MAX_NEAR) same.set(brief, common);
    }
    return common;
  }

  function wholly(facts: Common): Common {
    const text = JSON.stringify(COMMON.map((field) => facts[field]));
    let common = known.get(text);
    if (!common) {
      common = JSON.parse(JSON.stringify(pick(facts))) as Common;
      if (known.size < MAX_SHARED) known.set(text, common);
    }
    return common;
  }

  return { common: (facts) => (facts.problems === undefined ? briefly(facts) : wholly(facts)) };
}

function pick(facts: Common): Common {
  return Object.fromEntries(COMMON.map((field) => [field, facts[field]])) as unknown as Common;
}

/**
 * Facts of one file. Every field is named, known or not, so that all facts have one form in memory: objects of
 * thousands of forms take twice the room.
 */
export function join(common: Common, own: Own): LoraFacts {
  const facts: { readonly [field in keyof Required<LoraFacts>]: LoraFacts[field] } = {
    name: own.name,
    alias: own.alias,
    path: own.path,
    relativePath: own.relativePath,
    source: own.source,
    status: common.status,
    problem: own.problem,
    kind: common.kind,
    networkType: common.networkType,
    architecture: common.architecture,
    candidates: common.candidates,
    reason: common.reason,
    family: common.family,
    prediction: common.prediction,
    rank: common.rank,
    alpha: common.alpha,
    modules: common.modules,
    triggerWords: own.triggerWords,
    triggerSource: common.triggerSource,
    preferredWeight: own.preferredWeight,
    description: own.description,
    category: common.category,
    previewPath: own.previewPath,
    size: own.size,
    modified: own.modified,
    hashes: own.hashes,
    trainedOn: common.trainedOn,
    license: common.license,
    negativeText: own.negativeText,
    notes: own.notes,
    embeddings: own.embeddings,
    vectors: common.vectors,
    problems: common.problems,
  };
  return facts as LoraFacts;
}
