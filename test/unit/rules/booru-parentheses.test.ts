import { describe, expect, it } from 'vitest';
import { check, findings } from './check';
import { STUDIO } from './environment';

// Seen in AUTOMATIC1111 1.10.1: prompt_parser.parse_prompt_attention('saber_(fate)') gives ['saber_', 1.0], ['fate', 1.1].
describe('booru-parentheses', () => {
  it.each([
    ['1girl, artoria_pendragon_«(fate)», sword', '1girl, artoria_pendragon_\\(fate\\), sword'],
    ['saber_«(fate/stay_night)»', 'saber_\\(fate/stay_night\\)'],
    ['march_7th_«(honkai:_star_rail)», smile', 'march_7th_\\(honkai:_star_rail\\), smile'],
    ['mash_«(dangerous_beast)»_«(cosplay)»', 'mash_\\(dangerous_beast\\)_\\(cosplay\\)'],
    ['(artoria_pendragon_«(fate)»:1.2), hat', '(artoria_pendragon_\\(fate\\):1.2), hat'],
    ['«(o)»_«(o)», blush', '\\(o\\)_\\(o\\), blush'],
    ['a\nNegative prompt: miku_«(vocaloid)»', 'a\nNegative prompt: miku_\\(vocaloid\\)'],
    ['蕾米_«(东方)»', '蕾米_\\(东方\\)'],
  ])('%s is escaped by --fix', (marked, fixed) => {
    check(marked, 'booru-parentheses', { severity: 'warning', fixed });
  });
  it('says what the model reads and what to write', () => {
    check('x, saber_«(fate)»', 'booru-parentheses', {
      message: /reads `saber_fate`. Write `saber_\\\(fate\\\)`/,
    });
  });
  it('moves a weight of the qualifier to the whole tag, when asked', () => {
    check('1girl, saber_«(fate:1.2)»', 'booru-parentheses', {
      fixed: '1girl, saber_(fate:1.2)',
      unsafe: '1girl, (saber_\\(fate\\):1.2)',
    });
  });
  it('reports well-known qualifiers behind a blank, without a fix unasked', () => {
    check('hatsune miku «(cosplay)», hat', 'booru-parentheses', {
      severity: 'info',
      fixed: 'hatsune miku (cosplay), hat',
      unsafe: 'hatsune miku \\(cosplay\\), hat',
    });
    check('hu tao «(Genshin Impact)»', 'booru-parentheses');
  });
  it.each([
    'artoria_pendragon_\\(fate\\)',
    'red dress (silk), 1girl',
    'a (cat:1.2), (dog)',
    '(masterpiece), ((best quality))',
    'a girl, (fate:1.1), (medium)',
    'hat_(red, blue)',
    'a_(b (c))',
    'hat_()',
    'a, (cosplay)',
  ])('%s is left alone', (text) => {
    check(text, 'booru-parentheses');
  });
  it.each(['a1111', 'forge', 'sdnext', 'comfyui', 'invokeai', 'swarmui', 'krita'] as const)(
    'is told for %s',
    (target) => {
      const found = findings('saber_(fate)', { environment: { ...STUDIO, target } });
      expect(found.map(({ ruleId }) => ruleId)).toContain('booru-parentheses');
    },
  );
});
