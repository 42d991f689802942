import path from 'node:path';
import { embeddedPrompts } from '../../language/analysis/embeddedPrompts';
import { LORA_TYPES } from '../../language/analysis/loraArguments';
import { resolveBlock, resolveText } from '../../language/analysis/resolve';
import type { Document } from '../../language/syntax/nodes';
import { parse } from '../../language/syntax/parse';
import { runLater, textOf } from '../../library/fileWork';
import { hashFile } from '../../library/hashes';
import {
  checkLockfile,
  LOCKFILE_NAME,
  type LockDifference,
  lockEntry,
  parseLockfile,
  writeLockfile,
} from '../../library/lockfile';
import type { LoraFacts } from '../../shared/facts';
import { nodeFiles } from '../../workspace/nodeFiles';
import type { Project } from '../../workspace/project';
import { WILDCARD_ENDINGS } from '../../workspace/wildcards';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { type Io, shownPath } from '../io';
import { ENGINE_OPTION, serverOf } from '../machineEngines';
import { openProject, reportConfigProblems } from '../openProject';
import { plural } from '../plural';
import { readBytes } from '../readText';
import { kindOf, readSource } from '../sources';
import { rewriteWhole } from '../writeWhole';

export const lockCommand: Command = {
  usage: '[--check]',
  options: {
    check: { type: 'boolean', help: 'write nothing; exit 1 when the lockfile is not up to date' },
    engine: ENGINE_OPTION,
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
    'lora-path': { type: 'string', multiple: true, value: 'DIR', help: 'a further folder of LoRAs' },
  },

  async run({ io, flag, text, list }) {
    const config = text('config');
    const engine = await serverOf(io, text('engine'));
    if ('code' in engine) return engine.code;
    if (engine.server && !flag('check'))
      throw new UsageError(
        '--engine needs --check: a server does not tell the hashes of its files, which a lockfile holds.',
      );
    const project = openProject(io, {
      ...(engine.server && { server: engine.server }),
      ...(config !== undefined && { config }),
      loraPaths: list('lora-path'),
    });
    try {
      const { folder = io.cwd } = await project.configurationFor(path.join(io.cwd, 'prompt.sdprompt'));
      const file = path.join(folder, LOCKFILE_NAME);
      const used = await usedLoras(io, project, folder);
      if (!used || reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      if (engine.server) return await checkServer(io, project, file, used);
      return flag('check') ? await check(io, project, file, used) : await write(io, file, used);
    } finally {
      project.dispose();
    }
  },
};

/** Name → the file it loads, hashed where there is one; undefined when a prompt file could not be read. */
async function usedLoras(
  io: Io,
  project: Project,
  folder: string,
): Promise<Map<string, LoraFacts | undefined> | undefined> {
  const used = new Map<string, LoraFacts | undefined>();
  const { wildcardPaths } = await project.configurationFor(path.join(folder, 'prompt.sdprompt'));
  for (const file of await filesWithPrompts(project, folder)) {
    if (io.signal.aborted) return undefined;
    const shown = shownPath(io, file);
    const bytes = await readBytes(file, shown);
    const source = bytes.ok ? readSource(shown, bytes.value, kindOf(file, wildcardPaths)) : bytes;
    if (!source.ok) {
      printProblem(io, source.problem);
      return undefined;
    }
    const { loras } = await project.environmentFor(file);
    for (const part of source.value.parts)
      for (const name of loraNames(parse(part.text))) {
        if (used.has(name)) continue;
        const chosen = loras.resolve(name).chosen;
        used.set(name, chosen && (await hashed(chosen)));
      }
  }
  return used;
}

/** Every file of the project that `lint` finds LoRAs in, in path order, each once. */
async function filesWithPrompts(project: Project, folder: string): Promise<string[]> {
  const { wildcardPaths, stylePaths } = await project.configurationFor(path.join(folder, 'prompt.sdprompt'));
  const found = new Set(await project.promptFiles(folder, ['.sdprompt', '.md', '.markdown', '.mdx']));
  for (const wildcards of wildcardPaths)
    for (const file of await project.promptFiles(wildcards, [...WILDCARD_ENDINGS])) found.add(file);
  for (const styles of stylePaths) if ((await nodeFiles.kind(styles)) === 'file') found.add(styles);
  return [...found].sort();
}

/** Marks of a template: the name is not known before it is filled in. */
const TEMPLATE = /[{}$]|__/;

/** The LoRAs that the prompts of a document load, those in `Hires prompt` and its like included. */
function loraNames(document: Document): Set<string> {
  const names = new Set<string>();
  for (const block of document.blocks) {
    const prompts = [
      resolveBlock(document, block).positive,
      ...embeddedPrompts(document, block)
        .filter(({ side }) => side === 'positive')
        .map(({ mapped }) => resolveText(mapped.text, true, 20)),
    ];
    for (const { networks } of prompts)
      for (const { type, name } of networks)
        if (LORA_TYPES.has(type) && !TEMPLATE.test(name)) names.add(name);
  }
  return names;
}

async function hashed(facts: LoraFacts): Promise<LoraFacts> {
  // The path of a file on a server is its name there.
  if (facts.file.path === undefined || facts.file.source === 'server' || facts.file.hashes?.sha256)
    return facts;
  const hashes = await hashFile(facts.file.path);
  return hashes.ok ? { ...facts, file: { ...facts.file, hashes: hashes.value } } : facts;
}

/**
 * Compares the lockfile with what an engine elsewhere has: by name, and by the hash of the tensors where trainers wrote it into
 * the header and the server tells it.
 */
async function checkServer(
  io: Io,
  project: Project,
  file: string,
  used: ReadonlyMap<string, LoraFacts | undefined>,
): Promise<number> {
  const text = await runLater(textOf(file));
  const locked = text === undefined ? undefined : parseLockfile(text);
  if (locked?.ok === false) {
    printProblem(io, locked.problem);
    return EXIT.trouble;
  }
  const { loras } = await project.environmentFor(file);
  const lines: string[] = [];
  for (const [name, facts] of used) {
    const there = facts ?? loras.resolve(name).chosen;
    const entry = locked?.value.find((one) => one.name === name);
    if (there === undefined) lines.push(`${name}: the engine does not have it.`);
    else if (entry === undefined) lines.push(`${name}: not in the lockfile.`);
    else if (entry.autoV3 && there.file.hashes?.autoV3 && entry.autoV3 !== there.file.hashes.autoV3)
      lines.push(`${name}: the engine has another file of this name.`);
  }
  for (const line of lines) io.stdout.write(`${line}\n`);
  if (lines.length === 0) io.stdout.write(`${plural(used.size, 'LoRA')} checked against the engine.\n`);
  return lines.length > 0 ? EXIT.findings : EXIT.clean;
}

async function check(
  io: Io,
  project: Project,
  file: string,
  used: ReadonlyMap<string, LoraFacts | undefined>,
): Promise<number> {
  const name = path.relative(io.cwd, file);
  const text = await runLater(textOf(file));
  if (text === undefined) {
    io.stderr.write(`sdprompt: there is no ${name}.\n  Write it with: sdprompt lock\n`);
    return EXIT.trouble;
  }
  const locked = parseLockfile(text);
  if (!locked.ok) {
    printProblem(io, locked.problem);
    return EXIT.trouble;
  }
  const { loras } = await project.environmentFor(file);
  const installed = await Promise.all(
    loras.all.filter(({ file: { source } }) => source === 'file').map(hashed),
  );
  // Without model files (in CI) a file cannot be missing: only names can be compared.
  const withoutFiles = (kind: LockDifference['kind']) => kind === 'unlocked' || kind === 'unused';
  const unlocked = [...used.keys()].filter((lora) => !locked.value.some((entry) => entry.name === lora));
  const differences = checkLockfile(locked.value, used, installed).filter(
    ({ kind }) => loras.known === 'files' || withoutFiles(kind),
  );
  const said = new Set(differences.map((difference) => difference.name));
  const lines = [
    ...differences.map(({ message }) => message),
    ...unlocked.filter((lora) => !said.has(lora)).map((lora) => `${lora} is used but not in the lockfile.`),
  ];
  for (const line of lines) io.stdout.write(`${line}\n`);
  if (lines.length > 0) return EXIT.findings;
  io.stdout.write(`${name} is up to date: ${plural(locked.value.length, 'LoRA')}.\n`);
  return EXIT.clean;
}

async function write(
  io: Io,
  file: string,
  used: ReadonlyMap<string, LoraFacts | undefined>,
): Promise<number> {
  const entries = [...used].flatMap(([name, facts]) => (facts ? [lockEntry(name, facts)] : []));
  const pinned = entries.filter((entry) => entry !== undefined);
  const missing = [...used]
    .filter(([, facts]) => facts?.file.hashes?.sha256 === undefined)
    .map(([name]) => name);
  if (missing.length > 0) {
    io.stderr.write(
      `sdprompt: no file was found for ${missing.join(', ')}; nothing was written.\n` +
        '  Correct the names, or name the folders with "loraPaths" or --lora-path.\n',
    );
    return EXIT.findings;
  }
  const broken = [...used].flatMap(([name, facts]) =>
    facts?.network.status === 'broken' ? [{ name, facts }] : [],
  );
  if (broken.length > 0) {
    for (const { name, facts } of broken) {
      const { message = 'its header cannot be read.', remedy = 'Download it again.' } =
        facts.file.problem ?? {};
      io.stderr.write(`sdprompt: ${name} cannot be loaded: ${message}\n  ${remedy} Nothing was written.\n`);
    }
    return EXIT.findings;
  }
  const written = await rewriteWhole(file, writeLockfile(pinned), shownPath(io, file));
  if (!written.ok) {
    printProblem(io, written.problem);
    return EXIT.trouble;
  }
  io.stdout.write(`${shownPath(io, file)}: ${plural(pinned.length, 'LoRA')} pinned.\n`);
  return EXIT.clean;
}
