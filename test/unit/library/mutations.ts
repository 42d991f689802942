type Tensors = Readonly<Record<string, readonly number[]>>;

/** A state dict that somebody might have made of another: parts of it, or other names for the same. */
export interface Mutant {
  readonly name: string;
  readonly tensors: Tensors;
}

/** The mutant of a seed. Modules stay whole unless the mutation says otherwise. */
export function mutate(tensors: Tensors, seed: number): Mutant {
  const random = randomOf(seed);
  const mutation = MUTATIONS[Math.floor(random() * MUTATIONS.length)]!;
  const mutant = mutation.apply(tensors, random);
  return { name: mutation.name, tensors: Object.keys(mutant).length > 0 ? mutant : tensors };
}

interface Mutation {
  readonly name: string;
  apply(tensors: Tensors, random: () => number): Tensors;
}

const MUTATIONS: readonly Mutation[] = [
  { name: 'half of the modules', apply: (tensors, random) => keep(tensors, () => random() < 0.5) },
  { name: 'a tenth of the modules', apply: (tensors, random) => keep(tensors, () => random() < 0.1) },
  { name: 'one block', apply: oneBlock },
  { name: 'the first blocks', apply: firstBlocks },
  { name: 'one kind of module', apply: oneKind },
  { name: 'one module', apply: oneModule },
  { name: 'the beginning of the file', apply: beginning },
  { name: 'down factors only', apply: (tensors) => only(tensors, /lora_(?:down|A)|lokr|hada|\.weight$/) },
  { name: 'another prefix', apply: otherPrefix },
  { name: 'names with underscores', apply: withUnderscores },
  {
    name: 'factors called up and down',
    apply: (tensors) =>
      rename(tensors, [
        ['.lora_A.', '.lora_down.'],
        ['.lora_B.', '.lora_up.'],
      ]),
  },
  {
    name: 'the adapter called default',
    apply: (tensors) =>
      rename(tensors, [
        ['.lora_A.weight', '.lora_A.default.weight'],
        ['.lora_B.weight', '.lora_B.default.weight'],
      ]),
  },
];

const SUFFIX =
  /\.(?:lora_(?:A|B|up|down)(?:\.default)?\.weight|lora_magnitude_vector|alpha|lokr_w[12](?:_[ab])?|hada_w[12]_[ab]|weight|bias|scale)$/;
const moduleOf = (name: string) => name.replace(SUFFIX, '');

function keep(tensors: Tensors, chosen: (module: string) => boolean): Tensors {
  const known = new Map<string, boolean>();
  const kept: Record<string, readonly number[]> = {};
  for (const [name, shape] of Object.entries(tensors)) {
    const module = moduleOf(name);
    let isKept = known.get(module);
    if (isKept === undefined) {
      isKept = chosen(module);
      known.set(module, isKept);
    }
    if (isKept) kept[name] = shape;
  }
  return kept;
}

function only(tensors: Tensors, pattern: RegExp): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => pattern.test(name)));
}

const BLOCK = /^.*?(?:blocks|layers)[._]\d+(?:[._](?:attentions|resnets)[._]\d+)?/;

function blockOf(module: string): string | undefined {
  return BLOCK.exec(module)?.[0];
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

function oneBlock(tensors: Tensors, random: () => number): Tensors {
  const blocks = new Set(Object.keys(tensors).map((name) => blockOf(moduleOf(name))));
  const block = pick([...blocks], random);
  return keep(tensors, (module) => blockOf(module) === block);
}

function firstBlocks(tensors: Tensors, random: () => number): Tensors {
  const last = Math.floor(random() * 20);
  return keep(
    tensors,
    (module) => Number(/\d+/.exec(blockOf(module)?.match(/\d+$/)?.[0] ?? '')?.[0] ?? 0) <= last,
  );
}

function oneKind(tensors: Tensors, random: () => number): Tensors {
  const kind = (module: string) => module.replace(/\d+/g, '*');
  const chosen = pick([...new Set(Object.keys(tensors).map((name) => kind(moduleOf(name))))], random);
  return keep(tensors, (module) => kind(module) === chosen);
}

function oneModule(tensors: Tensors, random: () => number): Tensors {
  const chosen = pick([...new Set(Object.keys(tensors).map(moduleOf))], random);
  return keep(tensors, (module) => module === chosen);
}

function beginning(tensors: Tensors, random: () => number): Tensors {
  const entries = Object.entries(tensors);
  return Object.fromEntries(entries.slice(0, 1 + Math.floor(random() * entries.length)));
}

const DOTTED = [
  '',
  'diffusion_model.',
  'transformer.',
  'base_model.model.',
  'base_model.model.transformer.',
  'model.diffusion_model.',
];
const FLAT = ['lora_unet_', 'lycoris_', 'lora_transformer_'];

function otherPrefix(tensors: Tensors, random: () => number): Tensors {
  const prefix = pick(DOTTED, random)!;
  const flat = pick(FLAT, random)!;
  return Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => {
      if (/^(?:lora_te|net\.|model\.)/.test(name)) return [name, shape];
      const bare = name.replace(/^(?:lora_unet__?|lycoris_|lora_transformer_)/, '');
      if (bare !== name) return [flat + bare, shape];
      return [prefix + name.replace(/^(?:diffusion_model|transformer|unet|base_model\.model)\./, ''), shape];
    }),
  );
}

function withUnderscores(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => {
      const module = moduleOf(name);
      if (!/lora_[AB]\.weight$/.test(name)) return [name, shape];
      const bare = module.replace(/^(?:diffusion_model|transformer|unet|base_model\.model)\./, '');
      const role = name.endsWith('lora_A.weight') ? 'lora_down' : 'lora_up';
      return [`lora_unet_${bare.replaceAll('.', '_')}.${role}.weight`, shape];
    }),
  );
}

function rename(tensors: Tensors, pairs: readonly (readonly [string, string])[]): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => [
      pairs.reduce((text, [from, to]) => text.replace(from, to), name),
      shape,
    ]),
  );
}

/** Mulberry32: the same numbers for a seed, everywhere. */
function randomOf(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
