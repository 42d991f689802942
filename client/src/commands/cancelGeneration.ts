import type { Services } from '../services';

/** Stops the picture being generated, within a step. */
export const cancelGeneration = (services: Services) => (): void => services.cancel();
