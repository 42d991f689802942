import type { PreviewAction } from '../../../server/src/shared/previewMessages';
import type { Problem } from '../../../server/src/shared/problem';

const ACTIONS = {
  useBuiltInModel: 'Use the built-in model',
  chooseModelFolder: 'Choose a model folder…',
  selectLoraFolder: 'Add a LoRA folder…',
  manageTrust: 'Manage workspace trust…',
  restartEngine: 'Restart the engine',
  restartServer: 'Restart the language server',
  openSettings: 'Open the settings',
  retry: 'Try again',
  showLog: 'Show the log',
} as const;

export type ProblemActionId = keyof typeof ACTIONS;

/**
 * Which buttons help with a problem, by words in its code: codes are many and grow, the ways out are few. A mistake in
 * the prompt has no button; its remedy says what to write.
 */
const HELP: readonly { readonly code: RegExp; readonly actions: readonly ProblemActionId[] }[] = [
  { code: /trust/, actions: ['manageTrust'] },
  { code: /^(unknown-lora|no-lora-folder|lora-missing|lora-not-present)$/, actions: ['selectLoraFolder'] },
  { code: /^engine-/, actions: ['retry', 'restartEngine', 'showLog'] },
  { code: /^(no|unknown)-(base-)?model$|^model-/, actions: ['useBuiltInModel', 'chooseModelFolder'] },
  { code: /write|disk|folder|output/, actions: ['openSettings', 'retry'] },
  { code: /^server-/, actions: ['restartServer', 'showLog'] },
  { code: /^(unexpected|internal-)/, actions: ['retry', 'showLog'] },
];

/** The buttons shown under a problem, the most useful first. */
export function actionsFor(problem: Problem): PreviewAction[] {
  const ids = HELP.find(({ code }) => code.test(problem.code))?.actions ?? [];
  return ids.map((id) => ({ id, label: ACTIONS[id] }));
}

/** Guards the ids that come back from the page. */
export function isProblemActionId(id: string): id is ProblemActionId {
  return Object.hasOwn(ACTIONS, id);
}
