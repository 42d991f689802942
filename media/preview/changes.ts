import type { PreviewChange, PreviewChanges } from '../../server/src/shared/previewMessages';
import { element, keyed, show } from './dom';
import { blockName, percent, twinsOf } from './words';

/** How much the picture's LoRAs change the model: in a line, and block by block when it is opened. Nothing until it is measured. */
export function createChanges(): { root: HTMLElement; update(changes: PreviewChanges | undefined): void } {
  const twins = element('ul', { class: 'twins', 'aria-label': 'LoRAs that are the same' });
  const sums = element('span', { class: 'sums' });
  const blocks = element('div', { class: 'blocks' });
  const disclosure = element(
    'details',
    { class: 'changes' },
    element('summary', {}, 'Change of the weights ', sums),
    blocks,
  );
  const root = element('div', { class: 'measured' }, twins, disclosure);

  const fillTwins = keyed(twins, (list: PreviewChanges['twins']) =>
    list.map((two) => element('li', {}, twinsOf(two))),
  );
  const fillSums = keyed(sums, (loras: readonly PreviewChange[]) => [
    loras.map(({ name, ratio }) => `${name} ${percent(ratio)}`).join(' · '),
  ]);
  const fillBlocks = keyed(blocks, (loras: readonly PreviewChange[]) => [tableOf(loras), MEANING()]);

  return {
    root,
    update(changes) {
      show(root, changes !== undefined && changes.loras.length > 0);
      if (changes === undefined) return;
      show(twins, changes.twins.length > 0);
      fillTwins(changes.twins);
      fillSums(changes.loras);
      fillBlocks(changes.loras);
    },
  };
}

const MEANING = () =>
  element(
    'p',
    { class: 'hint' },
    'The length of each change, at its weight in the prompt, beside that of the weights it touches: ‖ΔW‖ / ‖W‖.',
  );

/** A group of rows for each LoRA: its sum, and its blocks. */
function tableOf(loras: readonly PreviewChange[]): HTMLElement {
  const head = ['Block', 'Change', 'Modules touched'].map((title) => element('th', { scope: 'col' }, title));
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    ...loras.map(({ name, ratio, blocks }) => {
      const touched = blocks.reduce((sum, block) => sum + block.touched, 0);
      return element(
        'tbody',
        {},
        row(element('th', { scope: 'rowgroup' }, name), percent(ratio), String(touched)),
        ...blocks.map((block) =>
          row(
            element('th', { scope: 'row' }, blockName(block.block)),
            percent(block.ratio),
            `${block.touched} of ${block.modules}`,
          ),
        ),
      );
    }),
  );
}

function row(head: HTMLElement, ...cells: readonly string[]): HTMLElement {
  return element('tr', {}, head, ...cells.map((cell) => element('td', {}, cell)));
}
