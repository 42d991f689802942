import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Session } from './session';

/** A request handler as the connection wants it. */
export type Handler<Params, Answer> = (
  params: Params,
  token: CancellationToken,
) => Promise<Answer | ResponseError<never>>;

/** Wraps a handler: see `createGuard`. */
export type Guard = <Params, Answer>(
  name: string,
  fallback: Answer,
  handle: (session: Session, params: Params, token: CancellationToken) => Answer | Promise<Answer>,
) => Handler<Params, Answer>;

/**
 * The one place of this process that catches. A handler that throws costs one empty answer and one line in the log; a
 * request that came too early or was cancelled is answered as the protocol says. A `ResponseError` that a handler
 * throws on purpose reaches the user.
 */
export function createGuard(session: () => Session | undefined, log: (message: string) => void): Guard {
  return (name, fallback, handle) => async (params, token) => {
    const current = session();
    if (!current)
      return new ResponseError(ErrorCodes.ServerNotInitialized, 'The server is not initialized yet.');
    try {
      const answer = await handle(current, params, token);
      if (token?.isCancellationRequested) {
        return new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
      }
      return answer;
    } catch (error) {
      if (error instanceof ResponseError) return error as ResponseError<never>;
      log(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return fallback;
    }
  };
}
