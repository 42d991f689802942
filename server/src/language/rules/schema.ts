import { RULES } from './index';
import type { Rule } from './rule';

const LEVELS = ['off', 'on', 'hint', 'info', 'warning', 'error'];

/** Where a rule's page lies in the published documentation. */
export function rulePage(id: string): string {
  return `https://github.com/sdprompt/sdprompt/blob/main/docs/rules/${id}.md`;
}

/** JSON schema (draft 7) of the `rules` object in `sdprompt.config.json`: every rule's id, its levels and its options. */
export function ruleSchema(): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const rule of RULES) properties[rule.id] = levelSchema(rule);
  for (const rule of RULES) {
    for (const alias of rule.aliases ?? []) {
      properties[alias] = { ...levelSchema(rule), description: `Another name of \`${rule.id}\`.` };
    }
  }
  return { type: 'object', properties, additionalProperties: false };
}

function levelSchema(rule: Rule): Record<string, unknown> {
  const level = { enum: LEVELS };
  const description = `${rule.description} Default: ${rule.severity}. ${rulePage(rule.id)}`;
  if (!rule.options) return { description, ...level };
  return {
    description,
    anyOf: [
      level,
      {
        type: 'array',
        items: [level, { type: 'object', additionalProperties: false, ...rule.options }],
        minItems: 1,
        maxItems: 2,
      },
    ],
  };
}
