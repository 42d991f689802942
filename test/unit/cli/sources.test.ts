import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOf, type Part, readSource, rewrite, type Source } from '../../../server/src/cli/sources';

function sourceOf(name: string, text: string): Source {
  const result = readSource(name, Buffer.from(text));
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const texts = (name: string, text: string) => sourceOf(name, text).parts.map((part) => part.text);

/** The characters of a part that do not stand in the source where the part says they do. */
function strays({ text }: Source, part: Part): string {
  return [...part.text.split('').keys()]
    .filter((offset) => text[part.outer(offset)] !== part.text[offset])
    .map((offset) => part.text[offset])
    .join('');
}

describe('YAML wildcards', () => {
  const yaml = (text: string): Source => {
    const result = readSource('colours.yaml', Buffer.from(text), 'yaml');
    if (!result.ok) throw new Error(result.problem.message);
    return result.value;
  };

  it.each<[what: string, text: string, parts: string[]]>([
    ['a list', 'dress:\n  - red\n  - dark blue # not this\n', ['red', 'dark blue']],
    ['keys in keys', 'a:\n  b:\n    - x\n  c: y\nd: [p, "q"]\n', ['x', 'y', 'p', 'q']],
    ['a list without keys', '- one\n- two\n', ['one', 'two']],
    ['quotes', `- "a \\"b\\" \\u4e00"\n- 'it''s'\n`, ['a "b" 一', "it's"]],
    ['a block', 'a: |\n  one\n    two\n\n  three\n', ['one\n  two\n\nthree\n']],
    ['a folded block', 'a: >-\n  one\n  two\n', ['one two']],
    ['a plain text over two lines', '- one\n  two\n', ['one two']],
    ['numbers and nothing', '- 1\n- \n- true\n', []],
    ['no YAML', 'a: [b\n', []],
  ])('%s', (_, text, parts) => {
    expect(yaml(text).parts.map((part) => part.text)).toEqual(parts);
  });

  it.each([
    ['plain', '# c\nx:\n  - a, (16:9)\n'],
    ['in double quotes, behind escapes', 'x:\n  - "\\t\\u4e00\\"é\\U0001F600, (16:9)"\n'],
    ['in single quotes, behind a doubled one', "x: 'it''s (16:9)'\n"],
    ['in a block', 'x: |\n    one\n    (16:9)\n'],
    ['folded', 'x: >\r\n    one\r\n    (16:9)\r\n'],
    ['on the second line of a plain one', '- one\n  (16:9)\n'],
    ['in flow', 'x: [a, "(16:9)"]\n'],
  ])('finds the place %s', (_, text) => {
    const [part] = yaml(text).parts.filter((one) => one.text.includes('(16:9)'));
    const at = part!.text.indexOf('(16:9)');
    expect(part!.outer(at)).toBe(text.indexOf('(16:9)'));
    expect(part!.outer(at + 5)).toBe(text.indexOf('(16:9)') + 5);
    expect(part!.start).toBeUndefined();
  });

  it('is read of files below a wildcard folder only', () => {
    expect(kindOf('/p/w/a.yml', ['/p/w'])).toBe('yaml');
    expect(kindOf('/p/w/a.YAML', ['/p/w'])).toBe('yaml');
    expect(kindOf('/p/other/a.yaml', ['/p/w'])).toBe('prompts');
  });
});

describe('Markdown', () => {
  it.each<[what: string, text: string, parts: string[]]>([
    ['a fence', 'x\n```sdprompt\na\nb\n```\ny', ['a\nb\n']],
    ['two fences', '```sdprompt\na\n```\n```sdprompt\nb\n```\n', ['a\n', 'b\n']],
    ['tildes', '~~~sdprompt\na\n~~~\n', ['a\n']],
    ['a longer fence closes only with one as long', '````sdprompt\na\n```\nb\n````\n', ['a\n```\nb\n']],
    ['a longer closing fence', '```sdprompt\na\n`````\n', ['a\n']],
    ['another kind does not close', '```sdprompt\na\n~~~\n```\n', ['a\n~~~\n']],
    ['a fence with text behind it does not close', '```sdprompt\na\n``` b\n```\n', ['a\n``` b\n']],
    ['no end: to the end of the page', '```sdprompt\na\nb', ['a\nb']],
    ['another language', '```text\n(16:9)\n```\n```sdprompt2\nx\n```\n', []],
    ['a fence inside another language’s', '````md\n```sdprompt\na\n```\n````\n', []],
    ['blanks and more words behind the language', '``` sdprompt title="x"\na\n```\n', ['a\n']],
    ['capitals', '```SDPrompt\na\n```\n', ['a\n']],
    ['an indented fence', '  ```sdprompt\n  a\n    b\n c\n  ```\n', ['a\n  b\nc\n']],
    ['four blanks are code, not a fence', '    ```sdprompt\n    a\n    ```\n', []],
    ['CR LF', 'x\r\n```sdprompt\r\na\r\nb\r\n```\r\n', ['a\r\nb\r\n']],
    ['nothing inside', '```sdprompt\n```\n', ['']],
  ])('%s', (_, text, parts) => {
    expect(texts('page.md', text)).toEqual(parts);
  });

  it('knows where each character stands, and rewrites nothing by rewriting the same', () => {
    const lines = [
      '```sdprompt',
      '```',
      '  ```sdprompt',
      '~~~sdprompt',
      '~~~',
      '  a',
      'b (16:9)',
      '',
      '````',
    ];
    const page = fc
      .array(fc.tuple(fc.constantFrom(...lines), fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 })
      .map((rows) => rows.map(([line, end]) => line + end).join(''));
    fc.assert(
      fc.property(page, (text) => {
        const source = sourceOf('page.md', text);
        for (const part of source.parts) expect(strays(source, part)).toBe('');
        expect(
          rewrite(
            source,
            source.parts.map((part) => part.text),
          ),
        ).toBe(text);
        const marked = rewrite(
          source,
          source.parts.map((part) => `<${part.text}>`),
        );
        const added = source.parts.filter((part) => part.start !== undefined).length;
        expect(marked.length).toBe(text.length + 2 * added);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('styles.csv', () => {
  it.each<[what: string, text: string, parts: string[]]>([
    ['prompt and negative prompt', 'name,prompt,negative_prompt\nA,x,y\n', ['x\nNegative prompt: y']],
    ['only one of them', 'name,prompt,negative_prompt\nA,x,\nB,,y\n', ['x', '\nNegative prompt: y']],
    ['nothing', 'name,prompt,negative_prompt\nNone,,\n', []],
    ['the old form', 'name,text\nA,x\n', ['x']],
    ['columns in another order', 'prompt,name\nx,A\n', ['x']],
    ['quotes, commas, line breaks', 'name,prompt\nA,"a ""b"", c\nd"\nB,e', ['a "b", c\nd', 'e']],
    ['an open quote', 'name,prompt\nA,"x', ['x']],
    ['CR LF', 'name,prompt\r\nA,x\r\nB,y\r\n', ['x', 'y']],
    ['another table', 'id,prompt\n1,x\n', []],
    ['an empty file', '', []],
  ])('%s', (_, text, parts) => {
    expect(texts('styles.csv', text)).toEqual(parts);
  });

  it('knows where each character stands, but for the words it adds', () => {
    const cell = fc.constantFrom('', 'a', '"b ""c"", d"', '"e\nf"', '"', 'g"h', '"i" j', '""');
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, end), { maxLength: 8 }), (rows) => {
        const text = `name,prompt,negative_prompt\n${rows.map(([a, b, line]) => `n,${a},${b}${line}`).join('')}`;
        const source = sourceOf('styles.csv', text);
        for (const part of source.parts) {
          const added = part.text.includes('\nNegative prompt: ') ? '\nNegative prompt: ' : '';
          const own = part.text.replace(added, '');
          const places = [...part.text.split('').keys()].map((offset) => part.outer(offset));
          expect(places).toEqual([...places].sort((left, right) => left - right));
          expect(own.length + added.length).toBe(part.text.length);
          expect(strays(source, part).length).toBeLessThanOrEqual(added.length);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('any file', () => {
  it('is one prompt document, its byte order mark aside', () => {
    const source = sourceOf('a.sdprompt', '\ufeffa\r\nb');
    expect(source).toMatchObject({ mark: '\ufeff', text: 'a\r\nb', parts: [{ text: 'a\r\nb', start: 0 }] });
    expect(rewrite(source, ['c'])).toBe('\ufeffc');
  });

  it('that is not UTF-8 or too large is refused', () => {
    const refused = (bytes: Uint8Array) => {
      const result = readSource('a.sdprompt', bytes);
      return result.ok ? undefined : result.problem.code;
    };
    expect(refused(Buffer.from('a house', 'utf16le'))).toBeUndefined();
    expect(refused(Buffer.from('\ufeffa house', 'utf16le'))).toBe('not-utf8');
    expect(refused(Buffer.from([0x61, 0xe9, 0x62]))).toBe('not-utf8');
    expect(refused(Buffer.alloc(8 * 1024 * 1024, 'a'))).toBeUndefined();
    expect(refused(Buffer.alloc(8 * 1024 * 1024 + 1, 'a'))).toBe('file-too-large');
  });

  it('that is a picture without a text holds no prompt', () => {
    for (const name of ['a.png', 'a.JPG', 'a.webp']) expect(sourceOf(name, 'no picture').parts).toEqual([]);
  });
});
