import { homedir } from 'node:os';
import * as path from 'node:path';
import type { Files } from '../files';
import { MAX_EXTENDS, MAX_EXTENDS_DEPTH } from '../limits';
import {
  type ConfigProblem,
  type Configuration,
  DEFAULT_CONFIGURATION,
  type ModelSetting,
  type Override,
  type RawConfiguration,
} from './configuration';
import { PRESETS } from './presets';
import { readConfiguration } from './read';
import { SETTINGS } from './settings';

/** Stands for the built-in model where a path is expected. */
export const BUILT_IN = 'builtin';

/**
 * Reads a configuration file and everything it extends. Never fails: what is wrong is in `problems`, what is right
 * counts.
 * @param options.trusted false: `extends` follows relative paths only, because an absolute one in a repository nobody
 *   vouched for may lead to another machine.
 */
export async function loadConfiguration(
  files: Files,
  file: string,
  options: { readonly trusted: boolean },
): Promise<Configuration> {
  const text = await files.readText(file);
  if (text === undefined) {
    const problem: ConfigProblem = {
      code: 'config-unreadable',
      message: 'The configuration file cannot be read.',
      remedy: 'Check that it exists and that you may read it.',
      file,
      line: 1,
      column: 1,
      start: 0,
      end: 0,
    };
    return {
      ...DEFAULT_CONFIGURATION,
      path: file,
      folder: path.dirname(file),
      sources: [file],
      problems: [problem],
    };
  }
  const { layer, sources, problems } = await load(
    { files, trusted: options.trusted, followed: 0 },
    file,
    text,
    [],
  );
  return { ...DEFAULT_CONFIGURATION, ...layer, path: file, folder: path.dirname(file), sources, problems };
}

async function load(access: Access, file: string, text: string, chain: readonly string[]): Promise<Loaded> {
  const read = readConfiguration(file, text);
  const sources = [file];
  const problems: ConfigProblem[] = [];
  const problemsHere = [...read.problems];
  let layer: Layer = {};
  for (const [index, entry] of asList(read.raw.extends).entries()) {
    if (access.followed > MAX_EXTENDS) break;
    const place = Array.isArray(read.raw.extends) ? ['extends', index] : ['extends'];
    const extended = await loadExtended(access, file, entry, [...chain, file], (code, message, remedy) =>
      problemsHere.push(read.problemAt(place, code, message, remedy)),
    );
    if (!extended) continue;
    layer = merge(layer, extended.layer);
    for (const source of extended.sources) sources.push(source);
    for (const problem of extended.problems) problems.push(problem);
  }
  return {
    layer: merge(layer, layerOf(path.dirname(file), read.raw)),
    sources,
    problems: [...problems, ...problemsHere],
  };
}

async function loadExtended(
  access: Access,
  file: string,
  entry: string,
  chain: readonly string[],
  report: (code: string, message: string, remedy: string) => void,
): Promise<Loaded | undefined> {
  const preset = Object.hasOwn(PRESETS, entry) ? PRESETS[entry] : undefined;
  if (preset) return { layer: { rules: preset }, sources: [], problems: [] };
  if (!access.trusted && (path.isAbsolute(entry) || /^(~|\\|\/\/|[A-Za-z]:)/.test(entry))) {
    report(
      'config-extends-untrusted',
      `The path \`${entry}\` is not followed because the workspace is not trusted.`,
      'Trust the workspace, or use a path relative to this file.',
    );
    return undefined;
  }
  const target = absolute(path.dirname(file), entry);
  if (chain.includes(target)) {
    const circle = [...chain.slice(chain.indexOf(target)), target].map((item) => path.basename(item));
    report(
      'config-cycle',
      `The files extend each other in a circle: ${circle.join(' → ')}.`,
      'Remove one of the links.',
    );
    return undefined;
  }
  if (chain.length >= MAX_EXTENDS_DEPTH) {
    report(
      'config-too-deep',
      `More than ${MAX_EXTENDS_DEPTH} files extend each other.`,
      'Shorten the chain.',
    );
    return undefined;
  }
  if (++access.followed > MAX_EXTENDS) {
    // Said once: each of thousands of further entries would say the same.
    if (access.followed === MAX_EXTENDS + 1)
      report(
        'config-too-many',
        `The configuration follows more than ${MAX_EXTENDS} entries of \`extends\`; the rest is left out.`,
        'Put what they share into one file.',
      );
    return undefined;
  }
  const text = await access.files.readText(target);
  if (text === undefined) {
    report(
      'config-extends-missing',
      `The file \`${entry}\` to extend cannot be read.`,
      `Correct the path, or use a preset: ${Object.keys(PRESETS).join(', ')}.`,
    );
    return undefined;
  }
  return load(access, target, text, chain);
}

/** One file's share of a configuration: only what it says, paths absolute. */
type Layer = Partial<Omit<Configuration, 'path' | 'folder' | 'sources' | 'problems'>>;

interface Access {
  readonly files: Files;
  readonly trusted: boolean;
  /** Entries of `extends` followed so far. */
  followed: number;
}

interface Loaded {
  readonly layer: Layer;
  readonly sources: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

function layerOf(folder: string, raw: RawConfiguration): Layer {
  const paths = (list: readonly string[] | undefined) => list?.map((entry) => absolute(folder, entry));
  const layer: { -readonly [Name in keyof Layer]: Layer[Name] } = {
    loraPaths: paths(raw.loraPaths),
    embeddingPaths: paths(raw.embeddingPaths),
    wildcardPaths: paths(raw.wildcardPaths),
    stylePaths: paths(raw.stylePaths),
    modelPaths: paths(raw.modelPaths),
    models: raw.models && mapValues(raw.models, (model) => absoluteModel(folder, model)),
    baseModel: raw.baseModel,
    engine: raw.engine,
    target: raw.target,
    dynamicPrompts: raw.dynamicPrompts,
    missingLoras: raw.missingLoras,
    rules: raw.rules,
    overrides: raw.overrides?.map((override): Override => ({ ...override, folder })),
    ignore: raw.ignore && [{ folder, patterns: raw.ignore }],
  };
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));
}

/** Joins two layers as the settings table says. */
function merge(base: Layer, over: Layer): Layer {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = merged[name];
    const how = SETTINGS[name as keyof RawConfiguration].merge;
    if (before === undefined || how === 'replace') merged[name] = value;
    else if (how === 'byKey') merged[name] = { ...(before as object), ...(value as object) };
    else if (how === 'append') merged[name] = [...(before as unknown[]), ...(value as unknown[])];
    else if (how === 'prepend')
      merged[name] = [...new Set([...(value as unknown[]), ...(before as unknown[])])];
  }
  return merged;
}

/** A model setting with its paths, where it has any, made absolute. */
export function absoluteModel(folder: string, model: ModelSetting): ModelSetting {
  return {
    ...model,
    ...(model.path !== undefined && { path: absolute(folder, model.path) }),
    ...(model.vae !== undefined && { vae: absolute(folder, model.vae) }),
  };
}

/** A path of a configuration file as an absolute one. `~` is the home folder; `builtin` stays a word. */
export function absolute(folder: string, entry: string): string {
  if (entry === BUILT_IN) return entry;
  if (entry === '~' || /^~[\\/]/.test(entry)) return path.join(homedir(), entry.slice(1));
  return path.resolve(folder, entry);
}

function asList(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function mapValues<In, Out>(
  table: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));
}
