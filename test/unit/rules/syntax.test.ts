import { describe, it } from 'vitest';
import { check } from './check';

describe('unclosed-tag', () => {
  it('reports a tag without its end and closes it', () => {
    check('1girl, «<lora:mira:0.8»', 'unclosed-tag', { severity: 'error', fixed: '1girl, <lora:mira:0.8>' });
    check('«<lora:mira:0.8», rain', 'unclosed-tag', { fixed: '<lora:mira:0.8>, rain' });
    check('a «<lora:mira:1»\nb', 'unclosed-tag', { fixed: 'a <lora:mira:1>\nb' });
    check('a «<lora:mira:1»  \nb', 'unclosed-tag', { fixed: 'a <lora:mira:1>  \nb' });
  });
  it('leaves closed tags and plain signs alone', () => {
    for (const text of ['<lora:mira:1>', '3 < 4', 'a <b> c', '<3']) check(text, 'unclosed-tag');
  });
  it('leaves what else is wrong with the tag until it is closed', () => {
    check('<lora:unheard_of:0,8', 'unknown-lora');
    check('<lora:unheard_of:0,8\n>', 'lora-weight');
  });
});

describe('empty-tag', () => {
  it('reports tags that name nothing', () => {
    check('a, «<lora:>»', 'empty-tag', { severity: 'error', unsafe: 'a' });
    check('«<lora::1>», b', 'empty-tag', { unsafe: 'b' });
  });
  it('leaves named tags alone', () => {
    check('<lora:mira>', 'empty-tag');
    check('<lora:mira:>', 'empty-tag');
  });
});

describe('unknown-tag-type', () => {
  it('reports a type in the wrong case', () => {
    check('<«LORA»:mira:1>', 'unknown-tag-type', {
      severity: 'error',
      message: 'case-sensitive',
      fixed: '<lora:mira:1>',
    });
    check('<«LyCo»:mira:1>', 'unknown-tag-type', { fixed: '<lyco:mira:1>' });
  });
  it('reports blanks in the head of a tag', () => {
    check('«< lora:»mira:1>', 'unknown-tag-type', { severity: 'error', fixed: '<lora:mira:1>' });
    check('«<lora :»mira:1>', 'unknown-tag-type', { fixed: '<lora:mira:1>' });
  });
  it('reports slips of a known type', () => {
    check('<«loar»:mira:1>', 'unknown-tag-type', {
      severity: 'error',
      unsafe: '<lora:mira:1>',
      fixed: '<loar:mira:1>',
    });
  });
  it('reports prose that will be deleted', () => {
    check('a «<note:remember the hat>», b', 'unknown-tag-type', { severity: 'warning' });
  });
  it('accepts what is read, by the web UI or by the target', () => {
    for (const text of ['<lora:mira:1>', '<lyco:mira:1>', '<hypernet:x:1>', 'a < b', 'love <3'])
      check(text, 'unknown-tag-type');
    check('Negative prompt: <LORA:mira:1>', 'unknown-tag-type');
  });
});

describe('unbalanced-bracket', () => {
  it('reports openers and closes them at the end', () => {
    check('a «(»b', 'unbalanced-bracket', { severity: 'warning', fixed: 'a (b)' });
    check('a «[»b, c  \n', 'unbalanced-bracket', { fixed: 'a [b, c]  \n' });
    check('«(»a, «(»b', 'unbalanced-bracket', { fixed: '(a, (b)' });
    check('a «(»b\nNegative prompt: c', 'unbalanced-bracket', { fixed: 'a (b)\nNegative prompt: c' });
  });
  it('asks before the closer makes a weight or a schedule of the text', () => {
    check('a «(»b:1.2', 'unbalanced-bracket', { fixed: 'a (b:1.2', unsafe: 'a (b:1.2)' });
    check('a «[»b:0.5', 'unbalanced-bracket', { fixed: 'a [b:0.5' });
    check('a «[»b|c', 'unbalanced-bracket', { fixed: 'a [b|c' });
  });
  it('asks before it ends a bracket earlier than the web UI does', () => {
    check('(a «[»b) c', 'unbalanced-bracket', { fixed: '(a [b) c' });
  });
  it('reports closers and escapes them', () => {
    check('a b«)», c', 'unbalanced-bracket', { fixed: 'a b\\), c' });
    check('a«]]»', 'unbalanced-bracket', { fixed: 'a\\]\\]' });
    check('(a«]») b', 'unbalanced-bracket', { fixed: '(a\\]) b' });
  });
  it('hardly minds a face', () => {
    check('smile, :«)», x', 'unbalanced-bracket', { severity: 'info', fixed: 'smile, :\\), x' });
    check(';-«)»', 'unbalanced-bracket', { severity: 'info' });
    check('a:«)»', 'unbalanced-bracket', { severity: 'warning' });
  });
  it('knows escapes and balanced brackets', () => {
    for (const text of [
      '(a)',
      '[a]',
      '((a) [b])',
      'text with \\(escaped unmatched\\]',
      'miku \\(vocaloid\\)',
      ':\\)',
      '[a:b:0.5]',
      '[a|b]',
    ])
      check(text, 'unbalanced-bracket');
  });
  it('reports both brackets of a mismatch, once each', () => {
    check('«(»mismatched«]»', 'unbalanced-bracket');
  });
});

describe('nesting-too-deep', () => {
  it('reports the first bracket beyond the limit', () => {
    check(`${'('.repeat(256)}«(»a${')'.repeat(257)}`, 'nesting-too-deep', { severity: 'error' });
    check(`${'('.repeat(200)}a${')'.repeat(200)}`, 'nesting-too-deep');
  });
});

describe('duplicate-negative', () => {
  it('reports a second label', () => {
    check('a\nNegative prompt: b\n«Negative prompt:» c', 'duplicate-negative', { severity: 'warning' });
    check('a\nNegative prompt: b\n---\na\nNegative prompt: b', 'duplicate-negative');
  });
});
