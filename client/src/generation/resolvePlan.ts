import type { LanguageClient } from 'vscode-languageclient/node';
import {
  ResolvePlan,
  type ResolvePlanParams,
  type ResolvePlanResult,
} from '../../../server/src/shared/lspMessages';
import { failure } from '../../../server/src/shared/problem';

/** Asks the language server for a plan; says so where there is no server to ask. */
export function planResolver(client: LanguageClient) {
  return async (params: ResolvePlanParams): Promise<ResolvePlanResult> => {
    if (client.isRunning()) return client.sendRequest<ResolvePlanResult>(ResolvePlan, params);
    return failure(
      'server-not-running',
      'The language server is not running, so the prompt cannot be read.',
      'Run "SD Prompt: Restart Language Server", then generate again.',
    );
  };
}
