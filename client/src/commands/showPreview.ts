import type { Services } from '../services';

/** Opens the preview panel with whatever it last showed. */
export const showPreview = (services: Services) => (): void => services.panel.show();
