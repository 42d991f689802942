import type { FromPreview, PreviewImage, PreviewState } from '../../server/src/shared/previewMessages';
import { createChanges } from './changes';
import { button, element, keyed, setText, show } from './dom';
import { duration, modulesOf, weightOf } from './words';

/** What the picture is: seed, time, what was merged into it and how much, its parameters; and what can be done with it. */
export function createDetails(send: (message: FromPreview) => void): {
  root: HTMLElement;
  update(state: PreviewState): void;
} {
  const again = button('Generate', () => send({ type: 'generate', seed: 'block' }));
  const save = button('Save…', () => send({ type: 'save' }), { class: 'secondary' });
  const copyParameters = copier('Copy parameters', () => send({ type: 'copyInfotext' }));
  const actions = element('div', { class: 'buttons' }, again, save, copyParameters);

  const seed = element('code', { class: 'seed' });
  const seedRow = element(
    'div',
    { class: 'seed-row' },
    element('span', { class: 'term' }, 'Seed'),
    seed,
    copier('Copy', () => send({ type: 'copySeed' }), { class: 'link', 'aria-label': 'Copy the seed' }),
    button('Reuse seed', () => send({ type: 'generate', seed: 'same' }), {
      class: 'link',
      title: 'Generate the prompt as it is now with this seed',
    }),
    button('New seed', () => send({ type: 'generate', seed: 'new' }), {
      class: 'link',
      title: 'Generate the prompt with a seed drawn anew',
    }),
  );
  const facts = element('p', { class: 'facts' });
  const merged = element('div', { class: 'merged' });
  const changes = createChanges();
  const warnings = element('ul', { class: 'warnings', 'aria-label': 'Notes' });
  const infotext = element('pre', {
    class: 'infotext',
    tabindex: '0',
    'aria-label': 'Parameters of the picture',
  });
  const parameters = element('details', {}, element('summary', {}, 'Parameters'), infotext);
  const root = element('section', { class: 'details', 'aria-label': 'About the picture' });
  root.append(actions, seedRow, facts, merged, changes.root, warnings, parameters);

  const fillMerged = keyed(merged, mergedRows);
  const fillWarnings = keyed(warnings, (texts: readonly string[]) =>
    texts.map((text) => element('li', {}, text)),
  );

  return {
    root,
    update({ phase, image, outdated: stale, modelName, warnings: notes = [] }) {
      show(root, image !== undefined);
      if (image === undefined) return;
      const busy = phase === 'running';
      show(actions, !busy);
      setText(again, stale ? 'Generate again' : 'Generate');
      setText(seed, String(image.seed));
      const size = `${image.width} × ${image.height}`;
      setText(facts, [duration(image.seconds), size, modelName].filter(Boolean).join('  ·  '));
      fillMerged({ merged: image.merged, strategy: image.strategy });
      changes.update(image.changes);
      show(warnings, notes.length > 0);
      fillWarnings(notes);
      setText(infotext, image.infotext);
    },
  };
}

function mergedRows({ merged, strategy }: Pick<PreviewImage, 'merged' | 'strategy'>): HTMLElement[] {
  if (merged.length === 0) return [element('p', { class: 'none' }, 'No LoRA was merged.')];
  const rows = merged.map((report) => {
    const partial = report.applied < report.total;
    const modules = element(
      'td',
      {},
      element('span', partial ? { class: 'partial' } : {}, modulesOf(report)),
    );
    if (partial && report.reasons.length > 0) {
      modules.append(element('span', { class: 'reasons' }, report.reasons.join('; ')));
    }
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, report.name),
      element('td', { class: 'weight' }, weightOf(report)),
      element('td', {}, report.networkType),
      modules,
    );
  });
  const head = element(
    'tr',
    {},
    ...['LoRA', 'Weight', 'Kind', 'Merged'].map((title) => element('th', { scope: 'col' }, title)),
  );
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  return strategy ? [table, element('p', { class: 'strategy' }, strategy)] : [table];
}

/** A button that says `Copied` for a moment, to eyes and screen readers alike. */
function copier(label: string, onPress: () => void, attributes: Readonly<Record<string, string>> = {}) {
  const made = button(
    label,
    () => {
      onPress();
      setText(made, 'Copied');
      setTimeout(() => setText(made, label), 1500);
    },
    { class: 'secondary', ...attributes, 'aria-live': 'polite' },
  );
  return made;
}
