import type { LibraryStatusResult } from '../../../server/src/shared/lspMessages';

/** What the language status item says. */
export interface StatusWords {
  readonly text: string;
  readonly detail: string;
  readonly busy: boolean;
}

export function statusWords(status: LibraryStatusResult): StatusWords {
  const loras = status.loras === 1 ? '1 LoRA' : `${status.loras} LoRAs`;
  const folders = status.folders.length === 1 ? '1 folder' : `${status.folders.length} folders`;
  const broken = status.broken === 0 ? '' : `, ${status.broken} not usable`;
  const model = status.baseModel ? `Base model ${status.baseModel}. ` : 'No base model. ';
  return {
    text: status.scanning ? `${loras}, reading…` : loras,
    detail: `${model}${loras}${broken} in ${folders}.`,
    busy: status.scanning,
  };
}
