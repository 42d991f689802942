import type { Services } from '../services';

/** Ends the engine process and whatever it does; the next picture starts a new one. */
export const restartEngine = (services: Services) => async (): Promise<void> => {
  services.cancel();
  await services.engine.restart();
  services.log.info('The engine was restarted.');
};
