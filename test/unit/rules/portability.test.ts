import { describe, it } from 'vitest';
import type { Target } from '../../../server/src/language/environment';
import { check } from './check';
import { STUDIO } from './environment';

const on = (target: Target) => ({ ...STUDIO, target });

describe('portability', () => {
  it.each<[Target, string, RegExp]>([
    ['comfyui', 'a, «<lora:mira:1>»', /ComfyUI does not know `<lora/],
    ['comfyui', '«[a:b:0.5]», «[a|b]», «[a]»', /from:to:when/],
    ['comfyui', 'a «AND» b «BREAK» c', /AND/],
    ['comfyui', '(«(a:1.2)»:1.5)', /1\.2 here, where the web UI multiplies to 1\.8/],
    ['comfyui', '(«(a:1.2)»)', /1\.2 here/],
    ['comfyui', 'a «# note»\nb', /comments/],
    ['comfyui', 'see «//example.org, b»\nc «/* d */» e /* f', /drops this text/],
    ['comfyui', 'a «{b|c}»', /at random/],
    ['krita', '«[a:b:0.5]» «{b|c}» (a:1.2)', /Krita/],
    ['invokeai', '«(a:1.2)», «<lora:mira:1>»', /behind the bracket/],
    ['invokeai', '«[a:b:0.5]»', /swap/],
    ['swarmui', '«<lora:mira:0.5:1>»', /Swap/],
    ['a1111', '«<lora:mira:0.5:1>»', /change places/],
    ['forge', '«<lora:mira:0.5:1>»', /change places/],
  ])('%s: %s', (target, marked, message) => {
    check(marked, 'portability', { environment: on(target), message });
  });

  it('offers the notation of the other program', () => {
    check('«(a:1.2)»', 'portability', { environment: on('invokeai'), unsafe: '(a)1.2', severity: 'warning' });
    check('«<lora:mira:0.5:1>»', 'portability', {
      environment: on('a1111'),
      severity: 'info',
      fixed: '<lora:mira:te=0.5:unet=1>',
    });
    check('«<lora:mira:0.5:1>»', 'portability', { environment: on('swarmui'), unsafe: '<lora:mira:1:0.5>' });
  });

  it('is silent where the prompt is read alike', () => {
    for (const text of [
      '(a:1.2), [b], [c:d:0.5], <lora:mira:1>, e AND f BREAK g # h',
      '<lora:mira:1:1>',
      '<lora:mira:te=0.5:unet=1>',
      '<lora:mira:0.6:OUTD>',
      '{a|b}',
    ])
      check(text, 'portability', { environment: on('a1111') });
    check('(a:1.2), ((b)), \\(c\\)', 'portability', { environment: on('comfyui') });
    check('a\nNegative prompt: <lora:mira:1:2>', 'portability', { environment: on('a1111') });
    check('{a|b}', 'portability', { environment: { ...on('comfyui'), dynamicPrompts: true } });
  });

  it('checks further programs on request', () => {
    check('«[a:b:0.5]»', 'portability', {
      settings: { portability: ['on', { targets: ['comfyui', 'krita'] }] },
    });
  });
});
