import { describe, expect, it } from 'vitest';
import { blockText } from '../../../server/src/language/analysis/blockText';
import { parseInfotext } from '../../../server/src/language/analysis/infotext';
import { resolveBlock } from '../../../server/src/language/analysis/resolve';
import { parse } from '../../../server/src/language/syntax/parse';

/** A prompt as the block's own reading has it. */
function negativeOf(text: string): string {
  const document = parse(text);
  return blockText(document, document.blocks[0]!, 'negative').text;
}

describe('the negative prompt of a block with several labels, without blanks at its ends', () => {
  it.each([
    ['a\nNegative prompt: b\nNegative prompt: c'],
    ['a\nNegative prompt: b, c\nd\nNegative prompt:e\nf'],
    ['a\nNegative prompt:\nNegative prompt: c'],
    ['a\nNegative prompt: b\nNegative prompt:'],
    ['a\nNegative prompt: b\nNegative prompt: c\nSteps: 5, Seed: 1, Size: 8x8'],
  ])('is what the web UI pastes: %j', (text) => {
    expect(negativeOf(text)).toBe(parseInfotext(text).negativePrompt.trimEnd());
  });

  it('keeps ranges that point into the document', () => {
    const text = 'a\nNegative prompt: b\nNegative prompt: <lora:x:1> BREAK c';
    const document = parse(text);
    const { negative } = resolveBlock(document, document.blocks[0]!);
    expect(negative.text).toBe('b\n<lora:x:1> BREAK c');
    const [network] = negative.networks;
    expect(text.slice(network!.range.start, network!.range.end)).toBe('<lora:x:1>');
    const [first] = negative.breaks;
    expect(text.slice(first!.start, first!.end)).toBe('BREAK');
  });
});
