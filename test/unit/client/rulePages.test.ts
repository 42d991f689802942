import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isRuleId, RULE_PAGES, rulePageCommand, withOwnPages } from '../../../client/src/rulePages';
import { RULES } from '../../../server/src/language/rules';

it('every rule has a page under its name', () => {
  for (const { id } of RULES) {
    expect(isRuleId(id)).toBe(true);
    expect(existsSync(`${RULE_PAGES.join('/')}/${id}.md`)).toBe(true);
  }
});

it.each(['../secret', 'a/b', 'C:\\a', 'Rule', '', '-a', 7, undefined])('%j is no name of a rule', (value) => {
  expect(isRuleId(value)).toBe(false);
});

it('leads findings to the pages in the extension, and nothing else', () => {
  const page = { value: 'lora-weight', target: 'https://web.test/lora-weight.md' };
  const other = { value: 'config/bad value', target: 'https://web.test' };
  const diagnostics = [{ code: page }, { code: other }, { code: 'lora-weight' }, {}];
  withOwnPages(diagnostics as never, ((uri: string) => uri) as never);
  expect(diagnostics).toEqual([
    { code: { value: 'lora-weight', target: rulePageCommand('lora-weight') } },
    { code: other },
    { code: 'lora-weight' },
    {},
  ]);
  expect(decodeURIComponent(rulePageCommand('lora-weight'))).toBe(
    'command:sdprompt.explainRule?["lora-weight"]',
  );
});
