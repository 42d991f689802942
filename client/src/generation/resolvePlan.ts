import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  ResolvePlan,
  type ResolvePlanParams,
  type ResolvePlanResult,
} from '../../../server/src/shared/lspMessages';
import { failure } from '../../../server/src/shared/problem';

/** Asks the language server for a plan; rejects when `signal` ends it. */
export type PlanResolver = (params: ResolvePlanParams, signal?: AbortSignal) => Promise<ResolvePlanResult>;

/** The one that says so where there is no server to ask. */
export function planResolver(client: LanguageClient): PlanResolver {
  return async (params, signal) => {
    if (!client.isRunning())
      return failure(
        'server-not-running',
        'The language server is not running, so the prompt cannot be read.',
        'Run "SD Prompt: Restart Language Server", then generate again.',
      );
    const source = new vscode.CancellationTokenSource();
    const cancel = () => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await client.sendRequest<ResolvePlanResult>(ResolvePlan, params, source.token);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  };
}
