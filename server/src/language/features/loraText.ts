import type { LoraFacts } from '../../shared/facts';
import type { LoraLookup } from '../environment';
import type { Verdict } from './verdict';

/** `sd1, rank 16`: what fits beside a name in a list. */
export function loraSummary(lora: LoraFacts): string {
  if (lora.network.status !== 'ok') return lora.network.status;
  const architecture =
    lora.network.architecture ??
    (lora.network.candidates.length > 0 ? lora.network.candidates.join(' or ') : undefined);
  const kind =
    lora.network.networkType && lora.network.networkType !== 'lora' ? lora.network.networkType : undefined;
  return [
    architecture && lora.network.family ? `${architecture} (${lora.network.family})` : architecture,
    lora.network.rank === undefined ? undefined : `rank ${lora.network.rank}`,
    kind,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Everything worth reading about a LoRA, as Markdown. The picture is added by callers that can show one. */
export function loraMarkdown(lora: LoraFacts, verdict: Verdict | undefined): string {
  const summary = loraSummary(lora);
  const parts = [`**${escapeMarkdown(lora.file.name)}**${summary ? ` (${escapeMarkdown(summary)})` : ''}`];
  if (verdict) parts.push(`${MARK[verdict.state]} ${escapeMarkdown(verdict.reason)}`);
  if (lora.file.triggerWords.length > 0) {
    const source = lora.network.triggerSource ? ` (from ${escapeMarkdown(lora.network.triggerSource)})` : '';
    parts.push(`Trigger words${source}: ${lora.file.triggerWords.map(code).join(', ')}`);
  }
  if (lora.file.preferredWeight !== undefined) parts.push(`Preferred weight: ${lora.file.preferredWeight}`);
  if (lora.file.alias && lora.file.alias !== lora.file.name)
    parts.push(`Also known as ${code(lora.file.alias)}`);
  if (lora.file.description) parts.push(escapeMarkdown(shorten(lora.file.description, 600)));
  if (lora.file.source === 'lockfile') parts.push('Known from the lockfile; the file itself is not here.');
  else parts.push(code(lora.file.path ?? lora.file.relativePath));
  return parts.join('\n\n');
}

const MARK: Readonly<Record<Verdict['state'], string>> = {
  fits: '✓',
  partial: '⚠',
  unfit: '✗',
  unknown: '·',
};

/**
 * How to write a LoRA so that the target program loads this very file: its name, else its alias or path. Undefined
 * when no spelling leads to it, or when the spelling cannot stand in a tag.
 */
export function writableName(lora: LoraFacts, lookup: LoraLookup): string | undefined {
  const path = lora.file.relativePath;
  const spellings = [
    lora.file.name,
    lora.file.alias,
    path.replace(/\.[^./]+$/, ''),
    path,
    path.replaceAll('/', '\\'),
  ];
  return spellings.find(
    (spelling) =>
      spelling !== undefined && isWritable(spelling) && sameLora(lookup.resolve(spelling).chosen, lora),
  );
}

/** True when a name survives inside `<lora:name:1>`: no colon, `>`, comment sign, `=` or line break, no outer blanks. */
export function isWritable(name: string): boolean {
  return name !== '' && !/[:><#=\r\n]/.test(name) && name.trim() === name;
}

/** Entries are the same when they are the same file, or the same entry of the lockfile. */
export function sameLora(a: LoraFacts | undefined, b: LoraFacts): boolean {
  return (
    a === b ||
    (a !== undefined &&
      a.file.name === b.file.name &&
      a.file.path === b.file.path &&
      a.file.relativePath === b.file.relativePath)
  );
}

/** Trigger words ready to stand in a prompt: words mined from training tags get their brackets escaped. */
export function promptWords(lora: LoraFacts): string[] {
  // Activation texts are written for prompts; tags are names, whose brackets are not meant as weights.
  const raw = lora.network.triggerSource === 'activation text';
  return lora.file.triggerWords
    .map((word) => word.trim().replace(/,+$/, ''))
    .filter((word) => word !== '')
    .map((word) => (raw || word.includes('\\') ? word : word.replace(/[()[\]]/g, '\\$&')));
}

/** Text from files shown as text: nothing in it becomes a link, a picture or a heading. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]|<>~&]|^(?=#)/gm, '\\$&');
}

/** Text as inline code, whatever back-ticks are in it. */
export function code(text: string): string {
  const flat = text.replace(/[\r\n]+/g, ' ');
  const longest = Math.max(0, ...(flat.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}

function shorten(text: string, length: number): string {
  const points = [...text];
  return points.length > length ? `${points.slice(0, length).join('').trimEnd()}…` : text;
}
