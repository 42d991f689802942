import type { TagArgument } from '../syntax/nodes';
import type { Rule, RuleContext, RuleFinding } from './rule';
import { activeLoras, type UsedLora } from './view/prompts';

/** A name that does not survive being written into a tag. */
export const loraNameUnwritable: Rule = {
  id: 'lora-name-unwritable',
  description: 'A LoRA name holds characters that the tag cannot carry.',
  tags: ['lora'],
  severity: 'error',
  fixable: 'safe',
  check(context, _options, report) {
    for (const block of context.blocks) {
      for (const used of activeLoras(block)) {
        const finding = trouble(used, context);
        if (finding) report(finding);
      }
    }
  },
};

const EXTENSIONS: ReadonlySet<string> = new Set([
  'te',
  'unet',
  'dyn',
  'lbw',
  'lbwe',
  'step',
  'start',
  'stop',
  'hr',
]);

function trouble(used: UsedLora, context: RuleContext): RuleFinding | undefined {
  const first = used.tag.args[0];
  if (!first) return undefined;
  if (first.key !== undefined) return namedName(first, used);
  const { target, dynamicPrompts, loras } = context.environment;
  const name = first.text;
  if (name !== name.trim() && name.trim() !== '' && !loras.resolve(name).chosen) {
    return {
      range: first.range,
      message: `The blanks around \`${name.trim()}\` count as part of the name, and no such file will be found. Remove them.`,
      fixes: [
        { title: 'Remove the blanks', safe: true, edits: [{ range: first.range, newText: name.trim() }] },
      ],
    };
  }
  const plain = name.replace(/\\(?=[()[\]_*])/gu, '');
  // A folder may stand before the backslash; then the name as it is written is the one that is found.
  if (
    plain !== name &&
    !loras.resolve(name).chosen &&
    (/\\[()[\]]/u.test(name) || loras.resolve(plain).chosen)
  ) {
    return {
      range: first.range,
      message: `In a tag nothing is escaped: the backslashes count as part of the name, and no such file will be found. Write \`${plain}\`.`,
      fixes: [
        { title: 'Remove the backslashes', safe: true, edits: [{ range: first.range, newText: plain }] },
      ],
    };
  }
  if (dynamicPrompts && /__.+|.__/u.test(name)) {
    return {
      range: first.range,
      severity: 'warning',
      message: `The Dynamic Prompts extension takes \`__\` for the beginning of a wildcard and stops with an error at \`${name}\`. Rename the file so that its name holds no double underscore.`,
    };
  }
  if (target === 'sdnext' && name.includes('.')) {
    return {
      range: first.range,
      severity: 'warning',
      message: `SD.Next replaces every \`.\` of a name by \`_\` when it lists its files, so \`${name}\` may not be found. Write \`${name.replaceAll('.', '_')}\`.`,
    };
  }
  if (target === 'swarmui' && /[[\]]/u.test(name)) {
    return {
      range: first.range,
      severity: 'warning',
      message: `SwarmUI removes \`[\` and \`]\` from names, so \`${name}\` may not be found. Rename the file.`,
    };
  }
  return undefined;
}

/** `<lora:my=name:1>`: one `=` makes the argument a named one, and the next argument the name. */
function namedName(first: TagArgument, used: UsedLora): RuleFinding {
  const name = used.network.name;
  const isOption = first.key !== undefined && EXTENSIONS.has(first.key);
  const weight = /^(.+)=\s*([+-]?(?:\d+\.?\d*|\.\d+))$/u.exec(first.text);
  if (weight && !(first.key !== undefined && EXTENSIONS.has(first.key))) {
    const newText = `${weight[1]}:${weight[2]}`;
    return {
      range: first.range,
      message: `A colon parts the name from the weight: with \`=\` this is read as an option, and \`${weight[1]}\` is not loaded. Write \`${newText}\`.`,
      fixes: [{ title: `Write \`${newText}\``, safe: true, edits: [{ range: first.range, newText }] }],
    };
  }
  const becomes = name === '' ? 'no name is left' : `the name becomes \`${name}\``;
  return {
    range: first.range,
    message: isOption
      ? `The name must come first: with \`${first.text}\` in its place ${becomes}. Write \`<${used.tag.tagType}:name:${first.text}>\`.`
      : `An argument with one \`=\` is read as an option, so ${becomes} and \`${first.text}\` is never looked for. Rename the file so that its name holds no \`=\`.`,
  };
}
