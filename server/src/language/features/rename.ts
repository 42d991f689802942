import { failure, type Result, success } from '../../shared/problem';
import type { Environment } from '../environment';
import type { TextEdit } from '../rules/rule';
import type { Document } from '../syntax/nodes';
import { isWritable } from './loraText';
import { type NamedSymbol, referencesIn } from './references';

/** Whether a name may become the new name of a symbol, or why not. Renaming changes prompts, never files. */
export function checkNewName(symbol: NamedSymbol, newName: string): Result<string> {
  const remedy = 'Choose a name without it.';
  if (newName.trim() === '') return failure('empty-name', 'The new name is empty.', 'Write a name.');
  if (symbol.kind === 'lora' && !isWritable(newName)) {
    const bad = /[:><#=\r\n]/.exec(newName)?.[0];
    return failure(
      'unwritable-name',
      bad ? `A LoRA name in a tag cannot hold \`${bad}\`.` : 'A LoRA name cannot begin or end with a blank.',
      remedy,
    );
  }
  if (symbol.kind === 'wildcard' && !/^[\p{L}\p{N}_./*-]+$/u.test(newName)) {
    return failure(
      'unwritable-name',
      `\`${newName}\` cannot be the name of a wildcard.`,
      'Use letters, digits, `_`, `-`, `.` and `/`.',
    );
  }
  if (symbol.kind === 'embedding' && /[,()[\]<>:|#\r\n]/.test(newName)) {
    return failure('unwritable-name', `\`${newName}\` would be read as syntax in a prompt.`, remedy);
  }
  return success(newName);
}

/** The edits that give a symbol its new name in one document. */
export function renameIn(
  document: Document,
  symbol: NamedSymbol,
  newName: string,
  environment: Environment,
): TextEdit[] {
  return referencesIn(document, symbol, environment).map((range) => ({ range, newText: newName }));
}
