import type { Range } from '../../shared/range';
import { resolveBlock } from '../analysis/resolve';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { embeddedDocuments } from './embedded';
import { RULES } from './index';
import { internalRuleError } from './internalRuleError';
import type { Finding, Rule, RuleContext, RuleFinding, RuleLevel, RuleSettings, Severity } from './rule';
import { suppress } from './suppress';
import { unknownSuppression } from './unknownSuppression';
import { unreadableFile } from './unreadableFile';
import { unusedSuppression } from './unusedSuppression';
import { viewPrompts } from './view/prompts';

/** Most findings a rule may have in a document; the last one says how many more there are. */
export const MAX_FINDINGS = 1000;

/**
 * Checks a document with every rule that is not switched off. Never throws: a rule that does becomes one finding of
 * `internal-rule-error`. The findings are sorted by range, then by rule.
 */
export function lint(
  document: Document,
  environment: Environment,
  settings: RuleSettings = NO_SETTINGS,
): Finding[] {
  const context = createContext(document, environment);
  const { levels, active } = preparedFor(settings);
  const findings: Finding[] = [];
  for (const one of active) runRule(one, context, findings);
  runEmbedded(context, active, findings);
  const { kept, unused, unknown } = suppress(document, findings, ruleId);
  for (const entry of unused) {
    if (entry.rule !== undefined && isSilent(entry.rule, levels)) continue;
    publish(unusedSuppression, unusedSuppression.finding(document, entry), levels, document, kept);
  }
  for (const entry of unknown)
    publish(unknownSuppression, unknownSuppression.finding(entry, RULE_NAMES), levels, document, kept);
  kept.sort(
    (a, b) =>
      a.range.start - b.range.start ||
      a.range.end - b.range.end ||
      (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0),
  );
  return kept.length > MAX_FINDINGS ? capped(kept) : kept;
}

/** The first findings of every rule; the last of them says how many were left out. */
function capped(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  for (const { ruleId } of findings) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  const seen = new Map<string, number>();
  return findings.flatMap((finding) => {
    const position = (seen.get(finding.ruleId) ?? 0) + 1;
    seen.set(finding.ruleId, position);
    if (position > MAX_FINDINGS) return [];
    const more = (counts.get(finding.ruleId) ?? 0) - MAX_FINDINGS;
    if (position < MAX_FINDINGS || more <= 0) return [finding];
    const message = `${finding.message} This rule has ${more.toLocaleString('en')} more ${more === 1 ? 'finding' : 'findings'} behind this one, which are not listed.`;
    return [{ ...finding, message }];
  });
}

const NO_SETTINGS: RuleSettings = {};

/** The tree and the web UI's reading of every block, as rules see them. */
export function createContext(document: Document, environment: Environment): RuleContext {
  const blocks = document.blocks.map((tree) => {
    const block = { tree, resolved: resolveBlock(document, tree) };
    return { ...block, prompts: viewPrompts(document, block) };
  });
  return { document, blocks, prompts: blocks.flatMap(({ prompts }) => prompts), environment };
}

/** A rule's id by its id or one of its aliases. */
export function ruleId(name: string): string | undefined {
  return IDS.get(name);
}

/** Findings about a file as a whole, which its reader made, at the level that the settings give their rule. */
export function fileFindings(
  found: readonly RuleFinding[],
  length: number,
  settings: RuleSettings = NO_SETTINGS,
): Finding[] {
  const level = nameOf(levelsById(settings).get(unreadableFile.id));
  if (level === 'off') return [];
  return found.map((finding) => finishAt(unreadableFile, finding, level, length));
}

/** The options a rule runs with: the defaults of its schema under the configured ones. */
export function optionsFor(rule: Rule, level: RuleLevel | undefined): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const properties = (rule.options?.properties ?? {}) as Record<string, { default?: unknown }>;
  for (const [key, schema] of Object.entries(properties)) options[key] = schema.default;
  if (level !== undefined && typeof level !== 'string') Object.assign(options, level[1]);
  return options;
}

const IDS: ReadonlyMap<string, string> = new Map(
  RULES.flatMap((rule) => [rule.id, ...(rule.aliases ?? [])].map((name) => [name, rule.id] as const)),
);
const RULE_NAMES: readonly string[] = [...IDS.keys()];

/** A rule that is not switched off, with what the settings say about it. */
interface ActiveRule {
  readonly rule: Rule;
  readonly level: Severity | 'on';
  readonly options: Record<string, unknown>;
}

interface PreparedSettings {
  readonly levels: ReadonlyMap<string, RuleLevel>;
  readonly active: readonly ActiveRule[];
}

const prepared = new WeakMap<RuleSettings, PreparedSettings>();

/** Settings as every document of a run needs them. */
function preparedFor(settings: RuleSettings): PreparedSettings {
  let found = prepared.get(settings);
  if (!found) {
    const levels = levelsById(settings);
    const active: ActiveRule[] = [];
    for (const rule of RULES) {
      const level = levels.get(rule.id);
      const name = nameOf(level);
      if (name !== 'off') active.push({ rule, level: name, options: optionsFor(rule, level) });
    }
    found = { levels, active };
    prepared.set(settings, found);
  }
  return found;
}

function levelsById(settings: RuleSettings): ReadonlyMap<string, RuleLevel> {
  const levels = new Map<string, RuleLevel>();
  for (const [name, level] of Object.entries(settings)) levels.set(ruleId(name) ?? name, level);
  return levels;
}

function nameOf(level: RuleLevel | undefined): Severity | 'on' | 'off' {
  if (level === undefined) return 'on';
  return typeof level === 'string' ? level : level[0];
}

function isSilent(id: string, levels: ReadonlyMap<string, RuleLevel>): boolean {
  return nameOf(levels.get(id)) === 'off';
}

/** Rules that look at a block as a whole, and have nothing to say of a prompt inside a parameter. */
const WHOLE_BLOCK: ReadonlySet<string> = new Set([
  'infotext-would-not-parse',
  'unparsed-parameter',
  'unknown-parameter',
  'invalid-parameter',
  'unknown-model',
  'duplicate-negative',
]);

/** Checks the prompts that stand in parameters with the rules of prompts. */
function runEmbedded(
  { document, blocks, environment }: RuleContext,
  active: readonly ActiveRule[],
  findings: Finding[],
): void {
  for (const { tree } of blocks)
    for (const { document: inner, place } of embeddedDocuments(document, tree, environment)) {
      const context = createContext(inner, environment);
      const own: Finding[] = [];
      for (const one of active) if (!WHOLE_BLOCK.has(one.rule.id)) runRule(one, context, own);
      for (const finding of own) {
        const placed = place(finding);
        if (placed) findings.push({ ...finding, ...placed, severity: finding.severity });
      }
    }
}

function runRule({ rule, level, options }: ActiveRule, context: RuleContext, findings: Finding[]): void {
  const own: Finding[] = [];
  try {
    rule.check(context, options, (finding) => {
      own.push(finish(rule, finding, level, context.document));
    });
    for (const finding of own) findings.push(finding);
  } catch (error) {
    findings.push(
      finish(internalRuleError, internalRuleError.finding(rule.id, error), 'on', context.document),
    );
  }
}

function publish(
  rule: Rule,
  finding: RuleFinding,
  levels: ReadonlyMap<string, RuleLevel>,
  document: Document,
  findings: Finding[],
): void {
  const name = nameOf(levels.get(rule.id));
  if (name !== 'off') findings.push(finish(rule, finding, name, document));
}

function finish(rule: Rule, finding: RuleFinding, level: Severity | 'on', document: Document): Finding {
  return finishAt(rule, finding, level, document.text.length);
}

function finishAt(rule: Rule, finding: RuleFinding, level: Severity | 'on', length: number): Finding {
  return {
    ...finding,
    range: clamp(finding.range, length),
    ruleId: rule.id,
    severity: level === 'on' ? (finding.severity ?? rule.severity) : level,
  };
}

function clamp(range: Range, length: number): Range {
  const start = Math.min(Math.max(0, range.start), length);
  return { start, end: Math.min(Math.max(start, range.end), length) };
}
