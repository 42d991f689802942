import { describe, expect, it } from 'vitest';
import {
  type CodeAction,
  codeActions,
  fixAllAction,
} from '../../../server/src/language/features/codeActions';
import type { Finding } from '../../../server/src/language/rules/rule';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';
import { applyEdits } from '../../../server/src/language/text/edits';
import { STUDIO } from '../rules/environment';

const lintText = (text: string): Finding[] => lint(parse(text), STUDIO);

/** The actions at `▮`, or for the text between two of them, with what the text becomes. */
function actionsAt(marked: string): Record<string, string> {
  const [before = '', inside = '', after] = marked.split('▮');
  const text = marked.replaceAll('▮', '');
  const range = { start: before.length, end: before.length + (after === undefined ? 0 : inside.length) };
  const actions = codeActions(parse(text), range, lintText(text));
  return Object.fromEntries(actions.map((action) => [action.title, applyEdits(text, action.edits)]));
}

const all = (marked: string): CodeAction[] => {
  const at = marked.indexOf('▮');
  const text = marked.replace('▮', '');
  return codeActions(parse(text), { start: at, end: at }, lintText(text));
};

describe('codeActions', () => {
  it('offers the fixes of the finding at the cursor', () => {
    expect(actionsAt('<lora:out▮lin:1>, <LORA:mira:1>')).toEqual({
      'Change to `outline`': '<lora:outline:1>, <LORA:mira:1>',
      'Silence `unknown-lora` for this line':
        '# sdprompt-disable-next-line unknown-lora\n<lora:outlin:1>, <LORA:mira:1>',
      'Silence `unknown-lora` in this file':
        '# sdprompt-disable-file unknown-lora\n<lora:outlin:1>, <LORA:mira:1>',
    });
  });
  it('offers nothing where nothing is found', () => {
    expect(all('1girl▮, <lora:outlin:1>')).toEqual([]);
  });
  it('prefers the only safe fix', () => {
    expect(all('<LO▮RA:mira:1>')[0]).toMatchObject({
      title: 'Change to `lora`',
      preferred: true,
      kind: 'quickfix',
    });
    expect(all('<lora:out▮lin:1>').every((action) => !action.preferred)).toBe(true);
  });
  it('fixes all findings of a rule when there are several', () => {
    expect(actionsAt('a\\▮, b\\, c\\, d')['Fix all `useless-escape` in this file']).toBe('a, b, c, d');
    expect(actionsAt('a\\▮, b')['Fix all `useless-escape` in this file']).toBeUndefined();
  });
  it('takes a selection', () => {
    const titles = Object.keys(actionsAt('▮a\\, <lora:outlin:1>▮'));
    expect(titles).toContain('Change to `outline`');
    expect(titles).toContain('Remove the backslash');
  });
  it('silences a line in the middle of a file, with the line ends of the file', () => {
    expect(actionsAt('x\r\ny, (b▮:3)\r\n')['Silence `attention-weight` for this line']).toBeUndefined();
    expect(actionsAt('x\r\ny, (b:▮3)\r\n')['Silence `attention-weight` for this line']).toBe(
      'x\r\n# sdprompt-disable-next-line attention-weight\r\ny, (b:3)\r\n',
    );
  });
  it('joins the comment that is already there', () => {
    expect(
      actionsAt('# sdprompt-disable-next-line duplicate-tag -- because\na, a, (b:▮3)')[
        'Silence `attention-weight` for this line'
      ],
    ).toBe('# sdprompt-disable-next-line duplicate-tag, attention-weight -- because\na, a, (b:3)');
    expect(
      actionsAt('# sdprompt-disable-file duplicate-tag\na, a, (b:▮3)')[
        'Silence `attention-weight` in this file'
      ],
    ).toBe('# sdprompt-disable-file duplicate-tag, attention-weight\na, a, (b:3)');
  });
  it('writes behind a byte order mark', () => {
    expect(actionsAt('\ufeff(b:▮3)')['Silence `attention-weight` in this file']).toBe(
      '\ufeff# sdprompt-disable-file attention-weight\n(b:3)',
    );
  });
  it('silences what it says, whatever the finding', () => {
    const text =
      'a\\, (16:9), [w:1.2], <lora:outlin:1>, (x\nNegative prompt: <lora:mira:1>\nSteps: 999, Seed: 1, CFG scale: 7';
    for (const finding of lintText(text)) {
      const actions = codeActions(parse(text), finding.range, [finding]);
      const silencing = actions.filter((action) => action.title.startsWith('Silence'));
      expect(silencing).toHaveLength(2);
      for (const action of silencing) {
        const left = lintText(applyEdits(text, action.edits));
        expect(left.map(({ ruleId }) => ruleId).filter((id) => id === finding.ruleId)).toEqual([]);
        expect(left).toHaveLength(lintText(text).length - 1);
      }
    }
  });
  it('does not silence the reports about silencing', () => {
    const titles = all('# sdprompt-disable-next-line ▮duplicate-tag\na').map((action) => action.title);
    expect(titles).toEqual(['Remove the comment']);
  });
});

describe('fixAllAction', () => {
  it('is one edit for everything that is safe', () => {
    const text = 'keep this, a\\, <LORA:mira:0,8>, <lora:outlin:1>';
    const action = fixAllAction(parse(text), lintText);
    expect(action).toMatchObject({ kind: 'source.fixAll' });
    expect(action?.edits).toHaveLength(1);
    expect(applyEdits(text, action?.edits ?? [])).toBe('keep this, a, <lora:mira:0.8>, <lora:outlin:1>');
    expect(action?.edits[0]?.range.start).toBeGreaterThan(10);
  });
  it('is absent when there is nothing to do', () => {
    expect(fixAllAction(parse('1girl, <lora:outlin:1>'), lintText)).toBeUndefined();
  });
  it('cuts no character and no line break in two', () => {
    const text = '🙂\\,\r\nb';
    const edit = fixAllAction(parse(text), lintText)?.edits[0];
    expect(edit && text.slice(edit.range.start, edit.range.end)).not.toMatch(
      /^[\udc00-\udfff]|[\ud800-\udbff]$/,
    );
    expect(applyEdits(text, edit ? [edit] : [])).toBe('🙂,\r\nb');
  });
});
