import { describe, expect, it } from 'vitest';
import { parse } from '../../../server/src/language/syntax/parse';
import { outline } from './outline';

const TREES: readonly (readonly [text: string, tree: string])[] = [
  ['', ''],
  ['a, b', '"a, b"'],
  ['  a \n', '"a"'],
  [
    '1个女孩,单独,线稿,单色,<lora:animeoutlineV4_16:1>',
    '"1个女孩,单独,线稿,单色," tag:lora(animeoutlineV4_16 ; 1)',
  ],

  // Round brackets and their weights.
  ['(a)', 'round{"a"}'],
  ['((a))', 'round{round{"a"}}'],
  ['(a:1.2)', 'round*1.2{"a"}'],
  ['(a: 1.2 )', 'round*1.2{"a"}'],
  ['(a:\n1.2\n)', 'round*1.2{"a"}'],
  ['(a:-.5)', 'round*-0.5{"a"}'],
  ['(a:+1.)', 'round*1{"a"}'],
  ['(:1.2)', 'round*1.2{}'],
  ['(16:9)', 'round*9{"16"}'],
  ['(a:b:1.3)', 'round*1.3{"a:b"}'],
  ['(a:1.2:1.3)', 'round*1.3{"a:1.2"}'],
  ['(a:1.5.2)', 'round*NaN{"a"}'],
  ['(a:.)', 'round*NaN{"a"}'],
  ['(a:５)', 'round*5{"a"}'],
  ['(a:𝟙𝟚.𝟛)', 'round*12.3{"a"}'],
  ['(a:1e3)', 'round{"a:1e3"}'],
  ['(a:−1)', 'round{"a:−1"}'],
  ['(a:)', 'round{"a:"}'],
  ['(a:1,5)', 'round{"a:1,5"}'],
  ['(a:1.2 b)', 'round{"a:1.2 b"}'],
  ['a:1.2', '"a:1.2"'],
  ['x:(y)', '"x:" round{"y"}'],
  ['(a:1.2 # why\n)', 'round*1.2{"a"}'],
  ['(a: # why\n1.2)', 'round*1.2{"a"}'],
  ['()', 'round{}'],
  ['（a：1.2）', '"（a：1.2）"'],

  // Square brackets: weakening, schedules, alternations.
  ['[a]', 'square{"a"}'],
  ['[]', 'square{}'],
  ['[a:b]', 'square{"a:b"}'],
  ['[a:b:0.5]', 'schedule{"a" => "b" @0.5}'],
  ['[a:b: 0.5 ]', 'schedule{"a" => "b" @0.5}'],
  ['[b:7]', 'schedule{"b" @7}'],
  ['[a::7]', 'schedule{"a" =>  @7}'],
  ['[:b:7]', 'schedule{ => "b" @7}'],
  ['[::0.5]', 'schedule{ =>  @0.5}'],
  ['[word:1.2]', 'schedule{"word" @1.2}'],
  ['[a:b:5e-1]', 'schedule{"a" => "b" @5e-1}'],
  ['[a:b:-1]', 'schedule{"a" => "b" @-1}'],
  ['[a:b:c:0.5]', 'square{"a:b:c:0.5"}'],
  ['[a\\:b:c:0.5]', 'schedule{"a" escape:\\: "b" => "c" @0.5}'],
  ['[a:b:0.5 # note\n]', 'schedule{"a" => "b" @0.5}'],
  ['[a:b:.]', 'square{"a:b:."}'],
  ['[(a:1.2):b:0.5]', 'schedule{round*1.2{"a"} => "b" @0.5}'],
  ['[a:[b:c:4]:8]', 'schedule{"a" => schedule{"b" => "c" @4} @8}'],
  ['[a|b]', 'alternation{"a" | "b"}'],
  ['[a|b|]', 'alternation{"a" | "b" | }'],
  ['[|]', 'alternation{ | }'],
  ['[a|(b|c:1.2)]', 'alternation{"a" | round*1.2{"b|c"}}'],
  ['[a|b:0.5]', 'alternation{"a" | "b:0.5"}'],
  ['{a|b}', '"{a|b}"'],

  // Escapes.
  ['\\(a\\)', 'escape:\\( "a" escape:\\)'],
  ['(\\):1.2)', 'round*1.2{escape:\\)}'],
  ['a\\', '"a\\\\"'],
  ['a\\\nb', '"a\\\\\\nb"'],
  ['\\😀', 'escape:\\😀'],
  ['\\<lora:x:1>', '"\\\\" tag:lora(x ; 1)'],
  ['\\BREAK', '"\\\\" break:BREAK'],

  // Tags.
  ['<lora:a>', 'tag:lora(a)'],
  ['<lora:a b.v1:0.5:0.8:16>', 'tag:lora(a b.v1 ; 0.5 ; 0.8 ; 16)'],
  ['<lora:a:te=0.5:x=y=z>', 'tag:lora(a ; te=>0.5 ; x=y=z)'],
  ['<犬:a>', 'tag:犬(a)'],
  ['<lora:a(b), c:1>', 'tag:lora(a(b), c ; 1)'],
  ['<lora:a<b:1>', 'open tag:lora(a) tag:b(1)'],
  ['< lora:a:1>', '"< lora:a:1>"'],
  ['<3, <lora>', '"<3, <lora>"'],
  ['<lora:a, b', 'open tag:lora(a) ", b"'],
  ['(<lora:a:0.5)', 'round{open tag:lora(a ; 0.5)}'],
  ['<lora:a:1\n<lora:b:1>', 'open tag:lora(a ; 1) "\\n" tag:lora(b ; 1)'],
  ['<lora:C#x:1>', 'open tag:lora(C)'],
  ['<lora:', 'open tag:lora()'],
  ['<lora:>', 'tag:lora()'],

  // BREAK and AND, with Python's idea of a word.
  ['a BREAK b', '"a " break:BREAK " b"'],
  ['a AND b :0.5', '"a " and:AND " b :0.5"'],
  ['BREAKABLE sAND ANDs A_AND', '"BREAKABLE sAND ANDs A_AND"'],
  ['猫AND犬', '"猫AND犬"'],
  ['a-AND-b', '"a-" and:AND "-b"'],
  ['(a BREAK b)', 'round{"a " break:BREAK " b"}'],

  // Brackets that do not match.
  ['(a', 'open round{"a"}'],
  ['a) b', '"a) b"'],
  ['(a]', 'open round{"a]"}'],
  ['[a (b] c', 'square{"a " open round{"b"}} " c"'],
  ['([a:1.2) b', 'round*1.2{open square{"a"}} " b"'],
  ['[a:b:0.5', 'open square{"a:b:0.5"}'],
  ['(a:1.2', 'open round{"a:1.2"}'],

  // Comments are no part of the items around them.
  ['a # b\nc', '"a " "\\nc"'],
  ['color #ff0000, b', '"color "'],
  ['\\# a', '"\\\\"'],
];

describe('parse', () => {
  it.each(TREES)('reads %j', (text, tree) => {
    expect(outline(parse(text))).toBe(tree);
  });

  it('gives an item for every character of a prompt but comments', () => {
    const text = 'a, (b:1.2) # c\n[d|e] \\( <lora:x:1> BREAK f';
    const { positive } = parse(text).blocks[0]!;
    const covered = positive.items.map(({ range }) => text.slice(range.start, range.end)).join('');
    expect(covered).toBe(text.replace('# c', ''));
  });

  it('knows where everything stands behind emoji, in UTF-16 code units', () => {
    const text = '👩‍🎨, (🎨:1.2), <lora:x:1>';
    const [, group, , tag] = parse(text).blocks[0]!.positive.items;
    expect(group?.range).toEqual({ start: text.indexOf('('), end: text.indexOf(')') + 1 });
    expect(tag?.range).toEqual({ start: text.indexOf('<'), end: text.length });
  });
});

describe('tokens', () => {
  const kinds = (text: string) =>
    parse(text)
      .tokens.map(({ kind, range }) => `${kind}:${text.slice(range.start, range.end)}`)
      .join(' ');

  it('takes runs of text apart', () => {
    expect(kinds('a b,(c:1.2)')).toBe(
      'text:a whitespace:  text:b comma:, roundOpen:( text:c colon:: number:1.2 roundClose:)',
    );
    expect(kinds('[a|b:5e-1]')).toBe('squareOpen:[ text:a pipe:| text:b colon:: number:5e-1 squareClose:]');
    expect(kinds('12:00 1')).toBe('text:12 colon:: number:00 whitespace:  text:1');
  });

  it('takes tags apart', () => {
    expect(kinds('<lora:a b:1>')).toBe(
      'tagOpen:< tagType:lora colon:: tagText:a b colon:: tagText:1 tagClose:>',
    );
    expect(kinds('<lora::>')).toBe('tagOpen:< tagType:lora colon:: colon:: tagClose:>');
    expect(kinds('<lora:a')).toBe('tagOpen:< tagType:lora colon:: tagText:a');
  });

  it('marks full-width punctuation', () => {
    const text = '（a，b）';
    const marked = parse(text).tokens.filter((token) => token.fullWidth);
    expect(marked.map(({ range }) => text.slice(range.start, range.end))).toEqual(['（', '，', '）']);
  });

  it('names the parts of a whole document', () => {
    expect(kinds('\ufeffa\r\n---\nb#c\nNegative prompt: d\nSteps: 20, x')).toBe(
      [
        'bom:\ufeff text:a newline:\r\n separator:--- newline:\n text:b comment:#c newline:\n',
        'negativeLabel:Negative prompt: whitespace:  text:d newline:\n',
        'parameterKey:Steps colon:: whitespace:  parameterValue:20 comma:, whitespace:  text:x',
      ].join(' '),
    );
  });
});
