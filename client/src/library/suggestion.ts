import type { SuggestFoldersResult } from '../../../server/src/shared/lspMessages';

/** A folder that might be used, as the server found it. */
export type Suggestion = SuggestFoldersResult['folders'][number];

/** What the user has answered before, on this machine. */
export interface Answers {
  /** Never ask again, about any folder. */
  readonly never: boolean;
  /** Folders that have been asked about. */
  readonly asked: readonly string[];
}

export const NO_ANSWERS: Answers = { never: false, asked: [] };

export const USE = 'Use';
export const CHOOSE = 'Choose…';
export const NOT_NOW = 'Not Now';
export const NEVER = 'Never';

/** The question to ask, or undefined when it has been asked about each of these folders. */
export interface Question {
  readonly message: string;
  readonly buttons: readonly string[];
  readonly folders: readonly Suggestion[];
}

/** One question about everything that is new. */
export function questionFor(found: readonly Suggestion[], answers: Answers): Question | undefined {
  const folders = found.filter(({ path }) => !answers.asked.includes(path));
  const [first, ...others] = folders;
  if (answers.never || !first) return undefined;
  const programs = [...new Set(folders.map(({ program }) => program))].join(', ');
  return others.length === 0
    ? {
        message: `There is a LoRA folder of ${first.program} at ${first.path}. Use it for completion and checks?`,
        buttons: [USE, NOT_NOW, NEVER],
        folders,
      }
    : {
        message: `There are ${folders.length} LoRA folders of other programs on this machine (${programs}). Use them for completion and checks?`,
        buttons: [CHOOSE, NOT_NOW, NEVER],
        folders,
      };
}

/** What is remembered of an answer; a question closed without one counts as "not now". */
export function answered(answers: Answers, { folders }: Question, answer: string | undefined): Answers {
  return {
    never: answers.never || answer === NEVER,
    asked: [...new Set([...answers.asked, ...folders.map(({ path }) => path)])],
  };
}
