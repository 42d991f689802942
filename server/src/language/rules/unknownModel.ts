import type { Range } from '../../shared/range';
import { askedModel, modelNames, modelOf, parameterOf } from '../domain/models';
import { nearest, orList } from '../domain/names';
import type { Block } from '../syntax/nodes';
import type { Rule } from './rule';

/** The first character of a block's prompt, for what is said of a whole block. */
function startOf({ positive }: Block): Range {
  const { start, end } = positive.range;
  return { start, end: Math.min(end, start + 1) };
}

/** `Model:` names a model that is not configured. */
export const unknownModel: Rule = {
  id: 'unknown-model',
  description: '`Model:` names a model that the configuration does not know.',
  tags: ['parameters', 'repository'],
  severity: 'info',
  fixable: 'unsafe',
  check(context, _options, report) {
    const { environment } = context;
    const told = new Set<string>();
    for (const { tree } of context.blocks) {
      const used = modelOf(tree, environment);
      if (used?.problem && !told.has(used.name)) {
        told.add(used.name);
        const { message, remedy } = used.problem;
        report({
          range: parameterOf(tree, 'Model')?.valueRange ?? startOf(tree),
          severity: 'warning',
          message: `${message} So no LoRA can be checked against it. ${remedy}`,
        });
      }
      if (environment.models.length === 0) continue;
      const model = parameterOf(tree, 'Model');
      const hash = parameterOf(tree, 'Model hash')?.value;
      if (!model || model.value === '' || askedModel(model.value, hash, environment)) continue;
      const near = nearest(model.value, modelNames(environment));
      const hint =
        near.length > 0
          ? `Did you mean ${orList(near)}?`
          : 'Add its folder to `modelPaths` or itself to `models` in sdprompt.config.json; its architecture is enough.';
      report({
        range: model.valueRange,
        ...(near.length > 0 && { severity: 'warning' as const }),
        message: `No model called \`${model.value}\` is configured, so nobody can say which LoRAs fit, and no preview can be made with it. ${hint}`,
        fixes: near.map((name) => ({
          title: `Change to \`${name}\``,
          safe: false,
          edits: [{ range: model.valueRange, newText: /[,:\n]/u.test(name) ? JSON.stringify(name) : name }],
        })),
      });
    }
  },
};
