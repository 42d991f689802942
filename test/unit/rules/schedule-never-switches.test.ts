import { describe, it } from 'vitest';
import { check } from './check';

describe('schedule-never-switches', () => {
  it('reports what is never used', () => {
    check('«[a:b:1.0]»', 'schedule-never-switches', {
      severity: 'warning',
      message: '`b` is never used',
      unsafe: 'a',
    });
    check('«[a:b:1.5]»', 'schedule-never-switches');
    check('«[a:b:30]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches', {
      message: 'this block makes 20',
    });
    check('«[a:b:20]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches');
    check('«[a::1.0]»', 'schedule-never-switches', { message: '`a` is never removed' });
    check('«[b:1.0]»', 'schedule-never-switches', { message: '`b` is never used' });
  });
  it('reports what is there at once', () => {
    check('«[a:b:0]»', 'schedule-never-switches', { message: '`a` is never used', unsafe: 'b' });
    check('«[a:b:-1]» «[a:b:0.0]»', 'schedule-never-switches');
    check('«[b:0]»', 'schedule-never-switches', { message: 'from the first step' });
    check('«[a:b:5e-1]»', 'schedule-never-switches', { message: 'has no point' });
    check('«[a:b:0.01]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches');
  });
  it('does not guess the number of steps', () => {
    check('[a:b:30]', 'schedule-never-switches');
    check('[a:b:0.01]', 'schedule-never-switches');
  });
  it('knows the second pass', () => {
    const hires = '\nSteps: 20, Hires upscale: 2, Hires steps: 10, Seed: 1';
    check(`[a:b:1.5]${hires}`, 'schedule-never-switches');
    check(`[a:b:25]${hires}`, 'schedule-never-switches');
    check(`«[a:b:1.0]»${hires}`, 'schedule-never-switches');
  });
  it('accepts schedules that switch', () => {
    for (const text of [
      '[a:b:0.5]',
      '[a:b:1]',
      '[a::0.3]',
      '[a:10]\nSteps: 20, Seed: 1, CFG scale: 7',
      '[a|b]',
      '[a:b:19]\nSteps: 20, Seed: 1, CFG scale: 7',
      '[a:b:0.05]\nSteps: 20, Seed: 1, CFG scale: 7',
    ])
      check(text, 'schedule-never-switches');
  });
  it('leaves literal schedules to schedule-disabled', () => {
    check('a | b [a:b:1.0]', 'schedule-never-switches');
  });
});
