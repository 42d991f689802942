import type { Rule } from './rule';
import { decimalTail } from './support/decimalComma';
import { syntaxCheck } from './support/syntaxErrors';

const check = syntaxCheck('unparsed-parameter');

/** A piece of the parameters that is no pair. */
export const unparsedParameter: Rule = {
  id: 'unparsed-parameter',
  description: 'A piece of the parameter line is not a `Key: value` pair and is dropped.',
  tags: ['parameters', 'syntax'],
  severity: 'info',
  fixable: 'no',
  check(context, options, report) {
    if (context.document.errors.length === 0) return;
    // `CFG scale: 7,5` is one slip, and `invalid-parameter` speaks of it.
    const decimals = new Set(
      context.blocks.flatMap(({ tree }) =>
        tree.parameters.map((parameter) => decimalTail(context.document.text, parameter)?.end),
      ),
    );
    check(context, options, (finding) => {
      if (!decimals.has(finding.range.end)) report(finding);
    });
  },
};
