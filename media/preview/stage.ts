import type { PreviewState } from '../../server/src/shared/previewMessages';
import { button, element, setText, show } from './dom';
import { alternative } from './words';

/** Below this side a picture is drawn with hard pixels when enlarged: smoothing a miniature only blurs it. */
const PIXELATE_BELOW = 257;

/** A file that does not load is asked for again after so long, before it is called gone: see html.ts on lost requests. */
const RETRY_AFTER_MS = [200, 1000] as const;

/** The picture itself: the last finished one, with the running step's in a corner (or alone, when it is the first). */
export function createStage(): { root: HTMLElement; update(state: PreviewState): void } {
  const image = element('img', { class: 'image', draggable: 'false' });
  const step = element('img', { class: 'step', alt: '', 'aria-hidden': 'true' });
  const broken = element(
    'p',
    { class: 'broken' },
    'The picture file is gone: it was moved or deleted. Generate it again.',
  );
  const zoom = button('Actual size', () => setZoom(!actual), {
    class: 'zoom secondary',
    'aria-pressed': 'false',
  });
  const outdated = element('p', { class: 'outdated' });
  const frame = element(
    'div',
    { class: 'frame', tabindex: '0', role: 'group', 'aria-label': 'Picture' },
    image,
    step,
    broken,
    outdated,
  );
  const root = element('div', { class: 'stage' }, frame, zoom);
  let actual = false;

  function setZoom(wanted: boolean): void {
    actual = wanted;
    root.classList.toggle('actual', actual);
    zoom.setAttribute('aria-pressed', String(actual));
  }

  let src = '';
  let failures = 0;

  function load(): void {
    image.src = src;
  }

  image.addEventListener('error', () => {
    const wait = RETRY_AFTER_MS[failures];
    failures += 1;
    if (wait === undefined) root.classList.add('is-broken');
    else setTimeout(load, wait);
  });
  image.addEventListener('load', () => {
    failures = 0;
    root.classList.remove('is-broken');
  });

  return {
    root,
    update(state) {
      const { image: shown, progress, phase } = state;
      const picture = phase === 'running' ? progress?.picture : undefined;
      show(root, shown !== undefined || phase === 'running');
      show(image, shown !== undefined);
      show(step, picture !== undefined);
      show(zoom, shown !== undefined);
      root.classList.toggle('first', shown === undefined);
      show(outdated, state.outdated !== undefined && phase !== 'running');
      if (state.outdated !== undefined) setText(outdated, state.outdated);
      if (picture !== undefined) step.src = picture;
      if (shown === undefined) return;
      if (src !== shown.src) {
        src = shown.src;
        failures = 0;
        load();
      }
      image.alt = alternative(shown, state.title);
      image.width = shown.width;
      image.height = shown.height;
      root.classList.toggle('small', Math.max(shown.width, shown.height) < PIXELATE_BELOW);
      setText(zoom, `Actual size (${shown.width} × ${shown.height})`);
    },
  };
}
