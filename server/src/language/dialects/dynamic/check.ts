import type { Range } from '../../../shared/range';
import type { Environment } from '../../environment';
import { type DynamicNode, nodeKey, type VariableNode, type WildcardNode } from './nodes';
import { parseDynamic } from './parse';

/** Something about a template that can be read but not filled in as it is meant. */
export interface TemplateFinding {
  readonly range: Range;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** Lines of wildcard files looked at for one prompt. */
const MAX_LINES = 2000;
const MAX_FILES = 50;

/** Undefined variables, and choices of more options than there are. Offsets are those of the template. */
export function templateFindings(root: DynamicNode, environment: Environment): TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  const set = assignedIn(root);
  visit(root, (node) => {
    if (node.type === 'variable') {
      const problem = variableProblem(node, set);
      if (problem !== undefined) findings.push({ range: node.range, severity: 'error', message: problem });
    } else if (node.type === 'variants') {
      const different = new Set(node.options.map(({ value }) => nodeKey(value))).size;
      const spreads = node.options.length === 1 && node.options[0]?.value.type === 'wildcard';
      // An upper bound may be larger than the choice: `{1-3$$a|b}` gives one or two.
      if (!spreads && node.min > 1 && different < node.min)
        findings.push({
          range: node.range,
          severity: 'warning',
          message: `${node.min} different options are asked for and there ${different === 1 ? 'is' : 'are'} ${different}: equal options count once, so nothing comes out where everything is listed. Add options, or ask for fewer.`,
        });
    } else if (node.type === 'wildcard') {
      const problem = wildcardProblem(node, set, environment);
      if (problem !== undefined) findings.push({ range: node.range, severity: 'warning', message: problem });
    }
  });
  return findings;
}

/** The variables that a prompt sets; an empty value counts as none. */
function assignedIn(root: DynamicNode): ReadonlySet<string> {
  const set = new Set<string>();
  for (const node of root.type === 'sequence' ? root.nodes : [root])
    if (node.type === 'assignment' && !(node.value.type === 'sequence' && node.value.nodes.length === 0))
      set.add(node.name);
  return set;
}

function variableProblem({ name, fallback }: VariableNode, set: ReadonlySet<string>): string | undefined {
  const hasFallback =
    fallback !== undefined && !(fallback.type === 'sequence' && fallback.nodes.length === 0);
  if (set.has(name) || hasFallback) return undefined;
  return `The variable \`${name}\` has no value, so the whole prompt fails. Set it in the prompt with \`\${${name}=…}\`, or write a default: \`\${${name}:…}\`.`;
}

/** A line behind a wildcard, however many files away, that uses a variable without value. */
function wildcardProblem(
  { path, variables }: WildcardNode,
  set: ReadonlySet<string>,
  { readWildcard }: Environment,
): string | undefined {
  if (path.type !== 'literal' || readWildcard === undefined) return undefined;
  const known = new Set([...set, ...variables.keys()]);
  const files = [path.text];
  const seen = new Set(files);
  let lines = 0;
  for (let name = files.pop(); name !== undefined; name = files.pop()) {
    for (const { text } of readWildcard(name)) {
      if (++lines > MAX_LINES) return undefined;
      if (!/[$]\{|__/.test(text)) continue;
      const parsed = parseDynamic(text);
      if (!parsed.ok) continue;
      const inside = new Set([...known, ...assignedIn(parsed.value)]);
      let missing: string | undefined;
      visit(parsed.value, (node) => {
        if (node.type === 'variable' && variableProblem(node, inside) !== undefined) missing ??= node.name;
        if (node.type !== 'wildcard' || node.path.type !== 'literal' || node.variables.size > 0) return;
        if (seen.size < MAX_FILES && !seen.has(node.path.text)) {
          seen.add(node.path.text);
          files.push(node.path.text);
        }
      });
      if (missing !== undefined)
        return `A line of the wildcard \`${name}\` uses the variable \`${missing}\`, which has no value here, so the prompt fails when that line is drawn. Set it in the prompt with \`\${${missing}=…}\`.`;
    }
  }
  return undefined;
}

function visit(root: DynamicNode, see: (node: DynamicNode) => void): void {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    see(node);
    if (node.type === 'sequence') for (const piece of node.nodes.toReversed()) open.push(piece);
    else if (node.type === 'variants') for (const { value } of node.options) open.push(value);
    else if (node.type === 'wrap') open.push(node.inner, node.wrapper);
    else if (node.type === 'assignment') open.push(node.value);
    else if (node.type === 'variable' && node.fallback) open.push(node.fallback);
    else if (node.type === 'wildcard' && node.path.type !== 'literal') open.push(node.path);
  }
}
