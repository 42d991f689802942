import type { Services } from '../services';

/** Shows the output channel of the extension, the language server and the engine. */
export const showLog = (services: Services) => (): void => services.log.show();
