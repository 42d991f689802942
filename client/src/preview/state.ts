import type { GenerationResult } from '../../../server/src/shared/engineProtocol';
import type { WeightPolicy } from '../../../server/src/shared/mergeStrategy';
import type {
  PreviewAction,
  PreviewChanges,
  PreviewImage,
  PreviewProgress,
  PreviewState,
} from '../../../server/src/shared/previewMessages';
import type { Problem } from '../../../server/src/shared/problem';

/** Everything that can happen to the preview. `image.src` is a file path on this side; the panel turns it into a URI. */
export type PreviewEvent =
  | { readonly type: 'started'; readonly fileName: string; readonly title: string }
  | {
      readonly type: 'planned';
      readonly title: string;
      readonly modelName: string;
      readonly warnings: readonly string[];
    }
  | { readonly type: 'progress'; readonly progress: PreviewProgress }
  | { readonly type: 'done'; readonly image: PreviewImage; readonly notes?: readonly string[] }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem; readonly actions: readonly PreviewAction[] }
  /** What the image was made from was compared with what there is now; `outdated` says what differs. */
  | { readonly type: 'compared'; readonly outdated?: string }
  /** What the LoRAs of a picture, identified by its `src`, change was measured. */
  | { readonly type: 'measured'; readonly picture: string; readonly changes: PreviewChanges };

export const EMPTY: PreviewState = { phase: 'empty' };

/**
 * The preview's state machine. Two promises: the last finished image stays until the next one is finished, and news of
 * a run that is over changes nothing.
 */
export function reduce(state: PreviewState, event: PreviewEvent): PreviewState {
  switch (event.type) {
    case 'started':
      return {
        ...kept(state),
        phase: 'running',
        fileName: event.fileName,
        title: event.title,
        progress: { label: 'Reading the document' },
      };
    case 'planned':
      if (state.phase !== 'running') return state;
      return { ...state, title: event.title, modelName: event.modelName, warnings: event.warnings };
    case 'progress':
      if (state.phase !== 'running') return state;
      return { ...state, progress: withPicture(event.progress, state.progress?.picture) };
    case 'done': {
      if (state.phase !== 'running') return state;
      const { progress: _, outdated: __, problem: ___, ...rest } = state;
      const warnings = [...(state.warnings ?? []), ...(event.notes ?? [])];
      return { ...rest, phase: 'done', image: event.image, ...(warnings.length > 0 && { warnings }) };
    }
    case 'cancelled':
      return state.phase === 'running' ? { ...kept(state), phase: 'cancelled' } : state;
    case 'failed':
      return { ...kept(state), phase: 'failed', problem: { ...event.problem, actions: event.actions } };
    case 'compared': {
      if (state.image === undefined || state.outdated === event.outdated) return state;
      const { outdated: _, ...rest } = state;
      return event.outdated === undefined ? rest : { ...rest, outdated: event.outdated };
    }
    case 'measured':
      if (state.image?.src !== event.picture) return state;
      return { ...state, image: { ...state.image, changes: event.changes } };
  }
}

const POLICY_TEXT: Readonly<Record<WeightPolicy, string>> = {
  merged: 'LoRAs were merged into the weights',
  branches: 'LoRAs were computed beside the weights in every step',
  mixed: 'LoRAs were merged into small weights and computed beside large ones',
};

/** The image's caption data out of the engine's report. */
export function imageOf(result: GenerationResult): PreviewImage {
  return {
    src: result.path,
    width: result.width,
    height: result.height,
    seed: result.seed,
    seconds: (result.timings.total ?? 0) / 1000,
    merged: result.merged,
    strategy:
      result.strategy.name === 'none' ? '' : `${POLICY_TEXT[result.strategy.name]}: ${result.strategy.why}.`,
    infotext: result.infotext,
  };
}

/** What outlives a run: all but its progress and its problem. */
function kept(state: PreviewState): PreviewState {
  const { progress: _, problem: __, ...rest } = state;
  return rest;
}

/** A step without a picture keeps the one before it on show. */
function withPicture(progress: PreviewProgress, picture: string | undefined): PreviewProgress {
  return progress.picture === undefined && picture !== undefined ? { ...progress, picture } : progress;
}
