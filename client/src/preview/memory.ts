import type { PreviewImage, PreviewState } from '../../../server/src/shared/previewMessages';
import { isOrigin } from './origin';
import type { PreviewTarget } from './target';

/** What the page keeps for the extension across a window reload. */
export interface PreviewMemory {
  readonly version: 1;
  readonly state: PreviewState;
  readonly target?: PreviewTarget;
}

/** The picture of a running step is large and soon useless: it is not kept. */
export function toMemory(state: PreviewState, target: PreviewTarget | undefined): PreviewMemory {
  const { progress: _, ...rest } = state;
  return { version: 1, state: rest, ...(target && { target }) };
}

/**
 * Reads a memory back. It has been outside the extension, so nothing in it is believed: the shape is checked, a run
 * that the reload ended becomes `cancelled`, and an image is kept only when `accept` vouches for its path.
 */
export function fromMemory(value: unknown, accept: (path: string) => boolean): PreviewMemory {
  const empty: PreviewMemory = { version: 1, state: { phase: 'empty' } };
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.state)) return empty;
  const state = value.state;
  const image = isImage(state.image) && accept(state.image.src) ? state.image : undefined;
  const target = isTarget(value.target) ? value.target : undefined;
  const phase = image === undefined ? 'empty' : state.phase === 'done' ? 'done' : 'cancelled';
  return {
    version: 1,
    state: {
      phase,
      ...(typeof state.title === 'string' && { title: state.title }),
      ...(typeof state.fileName === 'string' && { fileName: state.fileName }),
      ...(typeof state.modelName === 'string' && { modelName: state.modelName }),
      ...(image && { image }),
      ...(isStrings(state.warnings) && { warnings: state.warnings }),
      ...(typeof state.outdated === 'string' && { outdated: state.outdated }),
    },
    ...(target && { target }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTarget(value: unknown): value is PreviewTarget {
  if (!isRecord(value)) return false;
  const text = value.text;
  return (
    typeof value.uri === 'string' &&
    Number.isInteger(value.line) &&
    (text === undefined || typeof text === 'string') &&
    (value.origin === undefined || isOrigin(value.origin))
  );
}

function isImage(value: unknown): value is PreviewImage {
  if (!isRecord(value) || !Array.isArray(value.merged)) return false;
  const numbers = ['width', 'height', 'seed', 'seconds'].every((key) => Number.isFinite(value[key]));
  const strings = ['src', 'strategy', 'infotext'].every((key) => typeof value[key] === 'string');
  const isMeasured = value.changes === undefined || isChanges(value.changes);
  return numbers && strings && isMeasured && value.merged.every(isMerge);
}

function isChanges(value: unknown): boolean {
  if (!isRecord(value) || !Array.isArray(value.loras) || !Array.isArray(value.twins)) return false;
  const isBlock = (block: unknown) =>
    isRecord(block) &&
    typeof block.block === 'string' &&
    ['ratio', 'touched', 'modules'].every((key) => Number.isFinite(block[key]));
  const isChange = (change: unknown) =>
    isRecord(change) &&
    typeof change.name === 'string' &&
    Number.isFinite(change.ratio) &&
    Array.isArray(change.blocks) &&
    change.blocks.every(isBlock);
  const isTwins = (twins: unknown) => isRecord(twins) && isStrings(twins.names) && twins.names.length === 2;
  return value.loras.every(isChange) && value.twins.every(isTwins);
}

function isMerge(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const numbers = ['te', 'unet', 'applied', 'total'].every((key) => Number.isFinite(value[key]));
  return numbers && typeof value.name === 'string' && isStrings(value.reasons);
}
