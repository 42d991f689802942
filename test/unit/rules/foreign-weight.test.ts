import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

// NovelAI multiplies by 1.05 a brace (docs.novelai.net, V3), reads N::words:: since V4; compel 2.x multiplies by 1.1 a plus, 0.9 a minus.
describe('foreign-weight', () => {
  it.each([
    ['«{{{masterpiece}}}», hat', '(masterpiece:1.158), hat'],
    ['«{{red dress, hat}}», x', '(red dress, hat:1.103), x'],
    ['«1.5::red dress::», hat', '(red dress:1.5), hat'],
    ['«1.2::red dress, blue hat, ::» x', '(red dress, blue hat:1.2) x'],
    ['«0.5::hat ::», «2::smile::»', '(hat:0.5), (smile:2)'],
    ['«(red hat)++», x', '(red hat:1.21), x'],
    ['«(red hat)-», x', '(red hat:0.9), x'],
    ['«(red hat)1.3», x', '(red hat:1.3), x'],
    ['a\nNegative prompt: «{{ugly}}»', 'a\nNegative prompt: (ugly:1.103)'],
  ])('%s is written in brackets by --fix', (marked, fixed) => {
    check(marked, 'foreign-weight', { severity: 'warning', fixed });
  });
  it('asks where it may be text', () => {
    check('«{smile}», x', 'foreign-weight', {
      severity: 'info',
      fixed: '{smile}, x',
      unsafe: '(smile:1.05), x',
    });
    check('a «hat++», x', 'foreign-weight', { fixed: 'a hat++, x', unsafe: 'a (hat:1.21), x' });
    check('a «hat--», x', 'foreign-weight', { unsafe: 'a (hat:0.81), x' });
    check('«{hat:1.2}», x', 'foreign-weight', { unsafe: '(hat:1.2), x' });
    check('a castle «--ar 16:9» «--v 6.1»', 'foreign-weight', {
      severity: 'info',
      fixed: 'a castle --ar 16:9 --v 6.1',
    });
    check('a castle «--niji 6»', 'foreign-weight', { unsafe: 'a castle' });
    check('«-1::hat::», x', 'foreign-weight', { message: 'negative prompt' });
  });
  it.each([
    '{red|blue} hat',
    '{2$$a|b}',
    '${colour} hat',
    '{"prompt": "a cat"}',
    '{}, x',
    'C++ code on a screen, notepad++, x',
    '18+, a+ rating, LGBTQ+ flag',
    'a girl -- standing, rain',
    'well-known, low-poly, x',
    '12::30, std::vector, a::b',
    '(red hat:1.2), (x)',
    '(blue)-haired girl, (2)',
    '_(x)_',
    '[a::0.5], [a:b:3]',
    '{3::a|b}',
  ])('%s is left alone', (text) => {
    check(text, 'foreign-weight');
  });
  it('knows what the target reads', () => {
    check('(red hat)++, hat++, (red hat)1.3', 'foreign-weight', {
      environment: { ...STUDIO, target: 'invokeai' },
    });
    check('«{{hat}}»', 'foreign-weight', {
      environment: { ...STUDIO, target: 'invokeai' },
      message: 'Write `(hat)1.103`',
    });
    check('«{{hat}}»', 'foreign-weight', {
      environment: { ...STUDIO, target: 'comfyui' },
      message: 'dropped',
    });
    check('{{hat}}', 'foreign-weight', { environment: { ...STUDIO, dynamicPrompts: true } });
  });
});
