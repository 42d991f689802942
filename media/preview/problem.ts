import type { PreviewState } from '../../server/src/shared/previewMessages';
import { button, element, keyed, show } from './dom';

/** What went wrong, what to do next, and buttons that do it. Announced at once. */
export function createProblem(act: (id: string) => void): {
  root: HTMLElement;
  update(state: PreviewState): void;
} {
  const root = element('section', { class: 'problem', role: 'alert' });
  const fill = keyed(root, (problem: NonNullable<PreviewState['problem']>) => [
    element('p', { class: 'message' }, problem.message),
    element('p', { class: 'remedy' }, problem.remedy),
    element(
      'div',
      { class: 'buttons' },
      ...(problem.actions ?? []).map(({ id, label }, index) =>
        button(label, () => act(id), index === 0 ? {} : { class: 'secondary' }),
      ),
    ),
  ]);
  return {
    root,
    update({ phase, problem }) {
      show(root, phase === 'failed' && problem !== undefined);
      if (problem !== undefined) fill(problem);
    },
  };
}
