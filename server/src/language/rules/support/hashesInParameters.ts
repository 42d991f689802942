import type { LoraFacts } from '../../../shared/facts';
import { parameterOf } from '../../domain/models';
import type { Environment } from '../../environment';
import type { Block } from '../../syntax/nodes';

/** The parameters in which the web UI writes what a picture was made with, name by name. */
type HashKey = 'Lora hashes' | 'TI hashes';

/** Digits of an infotext hash: twelve of AutoV3 or SHA-256, ten of AutoV2, eight of older ones. */
const ENTRY = /^\s*(.*?)\s*:\s*([0-9a-f]{8,64})\s*$/iu;

/** Lower-case hashes of a block's `Lora hashes: "name: hash, …"` by name, the names without `:` and `,` as written there. */
export function namedHashes(block: Block, key: HashKey): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  for (const entry of (parameterOf(block, key)?.value ?? '').split(',')) {
    const [, name = '', hash = ''] = ENTRY.exec(entry) ?? [];
    if (name !== '') hashes.set(name, hash.toLowerCase());
  }
  return hashes;
}

/** The hash that a block's parameters give a name as the prompt writes it. */
function hashFor(block: Block, key: HashKey, name: string): string | undefined {
  return namedHashes(block, key).get(name.replace(/[:,]/g, '').trim());
}

/** The installed LoRA that the picture's parameters mean by a name, where it is called something else here. */
export function loraByHash(block: Block, name: string, { loras }: Environment): LoraFacts | undefined {
  const wanted = hashFor(block, 'Lora hashes', name);
  if (wanted === undefined) return undefined;
  return loras.all.find(
    (lora) =>
      lora.file.source === 'file' &&
      lora.network.status === 'ok' &&
      isSame(wanted, [lora.file.hashes?.shortHash, lora.file.hashes?.autoV3, lora.file.hashes?.sha256]) &&
      loras.resolve(lora.file.name).chosen === lora,
  );
}

/** True when the picture was made with an embedding of this name. */
export function wasEmbedding(block: Block, name: string): boolean {
  return hashFor(block, 'TI hashes', name) !== undefined;
}

/** One may be cut shorter than the other; eight digits are enough to tell files apart. */
function isSame(wanted: string, hashes: readonly (string | undefined)[]): boolean {
  return hashes.some((hash) => {
    const known = hash?.toLowerCase() ?? '';
    return known.length >= 8 && (known.startsWith(wanted) || wanted.startsWith(known));
  });
}
