import { attentionRuns, parseAttention } from '../../analysis/attention';
import { stripComments } from '../../analysis/comments';
import { splitConjunction } from '../../analysis/conjunction';
import { infotextRecord, parseInfotext } from '../../analysis/infotext';
import { LORA_TYPES, readLoraArguments } from '../../analysis/loraArguments';
import { mapSlice } from '../../analysis/mapped';
import { findNetworks, removeNetworks } from '../../analysis/networks';
import { resolveSchedule } from '../../analysis/schedule/schedule';
import { mergeStyle } from '../../analysis/styles';
import { quoteValue } from '../../text/quotedValue';
import { jsonNumber, jsonRuns, type Kind, objectKind, optionNumber, textKind } from '../kind';

/** The layers of AUTOMATIC1111's web UI, each alone. */
export const A1111_KINDS: readonly Kind[] = [
  textKind('a1111_attention', (text) => {
    const { pieces, error } = parseAttention(text);
    return error === undefined ? jsonRuns(attentionRuns(pieces)) : { error: error.message };
  }),
  textKind('a1111_schedule', (text, options) => {
    const hiresSteps = optionNumber(options, 'hires_steps');
    const { phases, overflow } = resolveSchedule(text, {
      steps: optionNumber(options, 'steps') ?? 20,
      ...(hiresSteps === undefined ? {} : { hiresSteps }),
      useOldScheduling: options.use_old_scheduling === true,
    });
    return overflow === undefined
      ? phases
      : { error: 'OverflowError: cannot convert float infinity to integer' };
  }),
  textKind('a1111_extra_networks', (text) => {
    const tags = findNetworks(text);
    return {
      text: removeNetworks(text, tags),
      networks: tags.map((tag) => ({
        type: tag.type,
        items: tag.items.map((item) => item.text),
        positional: tag.positional.map((item) => item.text),
        named: tag.named,
      })),
      lora_args: tags
        .filter((tag) => LORA_TYPES.has(tag.type))
        .map((tag) => {
          const read = readLoraArguments(tag);
          if (!read.ok) return { error: read.error };
          return { name: read.name, te: jsonNumber(read.te), unet: jsonNumber(read.unet), dyn: read.dyn };
        }),
    };
  }),
  textKind('a1111_multicond', (text) =>
    splitConjunction(text).map((part) => [text.slice(part.start, part.end), jsonNumber(part.weight)]),
  ),
  textKind('a1111_strip_comments', (text) => stripComments(mapSlice(text, 0)).mapped.text),
  textKind('a1111_infotext', (text) => Object.fromEntries(infotextRecord(parseInfotext(text)))),
  {
    name: 'a1111_infotext_quote',
    // A value without a comma, colon or line feed is passed through untouched, numbers included.
    run: (input) => ({ ok: true, value: typeof input === 'string' ? quoteValue(input) : input }),
  },
  objectKind('a1111_merge_style', ({ style, prompt }) =>
    mergeStyle(String(style ?? ''), String(prompt ?? '')),
  ),
];
