import type { FromPreview, PreviewState } from '../../server/src/shared/previewMessages';
import { createDetails } from './details';
import { button, element, setText, show } from './dom';
import { acceptDrops } from './drop';
import { createProblem } from './problem';
import { createProgress } from './progress';
import { createStage } from './stage';
import { announcement } from './words';

/** The whole page. Elements are made once and changed in place, so that focus and scroll position stay. */
export function createView(
  root: HTMLElement,
  send: (message: FromPreview) => void,
): { update(state: PreviewState): void } {
  const title = element('h1', { class: 'title' });
  const file = element('span', { class: 'file' });
  const header = element('header', {}, title, file);
  const status = element('p', { class: 'status', role: 'status' });
  const cancelled = element('p', { class: 'cancelled' }, 'Cancelled. The picture was not finished.');
  const empty = createEmpty(() => send({ type: 'generate', seed: 'block' }));
  const parts = [
    createProblem((id) => send({ type: 'action', id })),
    createStage(),
    createProgress(() => send({ type: 'cancel' })),
    createDetails(send),
  ];
  root.append(header, cancelled, empty, ...parts.map((part) => part.root), status);

  acceptDrops(root, send);

  let phase: PreviewState['phase'] | undefined;
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && phase === 'running') send({ type: 'cancel' });
  });

  return {
    update(state) {
      root.dataset.phase = state.phase;
      show(header, state.title !== undefined || state.fileName !== undefined);
      setText(title, state.title ?? 'Preview');
      setText(file, state.fileName ?? '');
      show(cancelled, state.phase === 'cancelled');
      show(empty, state.image === undefined && (state.phase === 'empty' || state.phase === 'cancelled'));
      for (const part of parts) part.update(state);
      if (phase !== state.phase) setText(status, announcement(state));
      phase = state.phase;
    },
  };
}

/** What to do when there is nothing to see. */
function createEmpty(generate: () => void): HTMLElement {
  const keys = /Mac/.test(navigator.platform) ? ['⌘', '⌥', 'Enter'] : ['Ctrl', 'Alt', 'Enter'];
  const chord = keys.flatMap((key, index) =>
    index === 0 ? [element('kbd', {}, key)] : ['+', element('kbd', {}, key)],
  );
  return element(
    'section',
    { class: 'empty' },
    element('h1', {}, 'No picture yet'),
    element('p', {}, 'Put the cursor into a prompt and press ', ...chord, ', or use the button below.'),
    element(
      'p',
      { class: 'hint' },
      'Everything runs on this machine. Without another model, the small built-in one draws: its pictures are 96 pixels wide.',
    ),
    element('div', { class: 'buttons' }, button('Generate preview', generate)),
  );
}
