import type { Environment, LoraLookup, LoraResolution, Target } from '../language/environment';
import { tagsOf, triggersFromTags } from '../library/metadata/tags';
import { createLookup } from '../library/resolve';
import { claimOf } from '../library/verdict/claims';
import type { ServerLibrary, ServerLora, ServerProgram } from '../shared/engines';
import type { LoraFacts, ModelFacts } from '../shared/facts';

/** The names of a program by which LoRAs are found there. ComfyUI and SwarmUI get theirs from the plan, not from the text. */
const TARGET_OF: Readonly<Partial<Record<ServerProgram, Target>>> = { sdnext: 'sdnext' };

/**
 * What a file's blocks may name where an engine elsewhere draws them: the LoRAs, models, embeddings, VAEs, samplers and
 * upscalers of that server in place of the machine's. Styles, wildcards and dialect stay those of the file.
 */
export function serverEnvironment(local: Environment, library: ServerLibrary): Environment {
  const models = library.models.map((model) => modelFacts(model, local));
  const base = baseModel(local, library, models);
  const { lockfile: _, fit: __, measured: ___, baseModel: ____, ...kept } = local;
  return {
    ...kept,
    loras: serverLookup(library),
    embeddings: library.embeddings.map(({ name, vectors }) => ({
      name,
      path: name,
      ...(vectors !== undefined && { vectors }),
    })),
    embeddingsKnown: true,
    models,
    vaes: library.vaes.map((name) => ({ name, path: name })),
    ...(base && { baseModel: base }),
    engine: {
      name: library.engine,
      samplers: library.samplers,
      schedules: library.schedules.map(({ label }) => label),
      upscalers: library.upscalers,
    },
  };
}

/** The LoRAs of a server, found by its program's own rules, else by the stem of what is written. */
function serverLookup(library: ServerLibrary): LoraLookup {
  const facts = library.loras.map(loraFacts);
  const exact = createLookup(facts, TARGET_OF[library.program] ?? 'a1111', 'files');
  const resolve = (name: string): LoraResolution => {
    const found = exact.resolve(name);
    if (found.chosen) return found;
    // `styles\x.safetensors` on a Windows server is `x` here, and the other way about.
    const file = normalized(name);
    const byFile = facts.filter((lora) => normalized(lora.file.relativePath) === file);
    const stem = stemOf(file);
    const matches = byFile.length > 0 ? byFile : facts.filter((lora) => lora.file.name === stem);
    const [chosen] = matches;
    return chosen && (byFile.length > 0 || stem !== name)
      ? { chosen, candidates: matches, how: 'path' }
      : found;
  };
  return { ...exact, searched: [library.engine], resolve };
}

function loraFacts(lora: ServerLora): LoraFacts {
  const metadata = lora.metadata ?? {};
  const claim = claimOf(metadata);
  return {
    file: {
      name: lora.name,
      ...(lora.alias !== undefined && { alias: lora.alias }),
      path: lora.file,
      relativePath: lora.file.replaceAll('\\', '/'),
      source: 'server',
      triggerWords: triggersFromTags(metadata, tagsOf(metadata)),
      ...hashesOf(metadata),
    },
    network: {
      status: 'ok',
      kind: 'lora',
      ...(claim && { architecture: claim.architecture }),
      candidates: claim ? [claim.architecture] : [],
      reason: claim ? 'what its header says' : 'the server does not say what it is made for',
      modules: {},
    },
  };
}

/** The hash of a file's tensors, which trainers write into its header: what the web UI shortens for `Lora hashes`. */
function hashesOf(metadata: Readonly<Record<string, string>>): Pick<LoraFacts['file'], 'hashes'> {
  const hash = metadata.sshs_model_hash?.toLowerCase();
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash)
    ? { hashes: { autoV3: hash, shortHash: hash.slice(0, 12) } }
    : {};
}

function modelFacts(model: ServerLibrary['models'][number], local: Environment): ModelFacts {
  const hash = model.hash;
  // The same file here tells what it is.
  const twin = local.models.find(({ hashes }) => hash !== undefined && hashes?.autoV2 === hash);
  const architecture = model.architecture ?? twin?.architecture;
  return {
    name: model.name,
    path: model.file,
    format: 'server',
    source: 'the engine',
    ...(architecture !== undefined && { architecture }),
    ...(twin?.nativeSize !== undefined && { nativeSize: twin.nativeSize }),
    ...(hash !== undefined && { hashes: { autoV2: hash } }),
  };
}

/** The model for a block that names none: the configured one where the server has it, else what is loaded there. */
function baseModel(
  local: Environment,
  library: ServerLibrary,
  models: readonly ModelFacts[],
): ModelFacts | undefined {
  const wanted = local.baseModel;
  const configured =
    wanted &&
    models.find(
      ({ name, hashes }) =>
        (hashes?.autoV2 !== undefined && hashes.autoV2 === wanted.hashes?.autoV2) || name === wanted.name,
    );
  if (configured) return configured;
  const { currentModel } = library;
  const current = models.find(({ path }) => path === currentModel);
  if (current) return current;
  const plain = (text: string) => text.replace(/\s*\[[0-9a-f]+\]$/i, '');
  const loaded =
    currentModel === undefined
      ? undefined
      : models.find(({ path, name }) => plain(path ?? '') === plain(currentModel) || name === currentModel);
  return loaded ?? (models.length === 1 ? models[0] : undefined);
}

function normalized(file: string): string {
  return file
    .replaceAll('\\', '/')
    .replace(/\.(safetensors|ckpt|pt)$/i, '')
    .normalize('NFC');
}

function stemOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
