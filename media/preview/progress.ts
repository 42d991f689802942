import type { PreviewState } from '../../server/src/shared/previewMessages';
import { button, element, setText, show } from './dom';

/** The bar, its words, and Cancel. */
export function createProgress(cancel: () => void): { root: HTMLElement; update(state: PreviewState): void } {
  const label = element('label', { for: 'bar', class: 'label' });
  const bar = element('progress', { id: 'bar', max: '1' });
  const stop = button('Cancel', cancel, { class: 'secondary cancel', title: 'Cancel (Escape)' });
  const root = element('section', { class: 'progress', 'aria-label': 'Progress' }, label, stop, bar);
  return {
    root,
    update({ phase, progress }) {
      show(root, phase === 'running');
      setText(label, progress?.label ?? '');
      if (progress?.fraction === undefined) bar.removeAttribute('value');
      else bar.value = progress.fraction;
    },
  };
}
