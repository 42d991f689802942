import type { Range } from '../../shared/range';
import { resolveBlock } from '../analysis/resolve';
import type { Environment } from '../environment';
import type { Document } from '../syntax/nodes';
import { RULES } from './index';
import { internalRuleError } from './internalRuleError';
import type { Finding, Rule, RuleContext, RuleFinding, RuleLevel, RuleSettings, Severity } from './rule';
import { suppress } from './suppress';
import { unknownSuppression } from './unknownSuppression';
import { unusedSuppression } from './unusedSuppression';

/** Most findings a document may have; beyond it the rest says nothing new and only slows the editor down. */
export const MAX_FINDINGS = 1000;

/**
 * Checks a document with every rule that is not switched off. Never throws: a rule that does becomes one finding of
 * `internal-rule-error`. The findings are sorted by range, then by rule.
 */
export function lint(document: Document, environment: Environment, settings: RuleSettings = {}): Finding[] {
  const context = createContext(document, environment);
  const levels = levelsById(settings);
  const findings: Finding[] = [];
  for (const rule of RULES) runRule(rule, context, levels.get(rule.id), findings);
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
  return kept.length > MAX_FINDINGS ? kept.slice(0, MAX_FINDINGS) : kept;
}

/** The tree and the web UI's reading of every block, as rules see them. */
export function createContext(document: Document, environment: Environment): RuleContext {
  return {
    document,
    blocks: document.blocks.map((tree) => ({ tree, resolved: resolveBlock(document, tree) })),
    environment,
  };
}

/** A rule's id by its id or one of its aliases. */
export function ruleId(name: string): string | undefined {
  return IDS.get(name);
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

function runRule(rule: Rule, context: RuleContext, level: RuleLevel | undefined, findings: Finding[]): void {
  const name = nameOf(level);
  if (name === 'off') return;
  const own: Finding[] = [];
  try {
    rule.check(context, optionsFor(rule, level), (finding) => {
      own.push(finish(rule, finding, name, context.document));
    });
    findings.push(...own);
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
  return {
    ...finding,
    range: clamp(finding.range, document.text.length),
    ruleId: rule.id,
    severity: level === 'on' ? (finding.severity ?? rule.severity) : level,
  };
}

function clamp(range: Range, length: number): Range {
  const start = Math.min(Math.max(0, range.start), length);
  return { start, end: Math.min(Math.max(start, range.end), length) };
}
