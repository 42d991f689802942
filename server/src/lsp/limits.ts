/** Pause after the last key before findings are pushed to a client that cannot ask for them. */
export const PUSH_DELAY_MS = 150;

/** Changes of the library come in bursts (a download, a scan); they are told of once. */
export const CHANGE_DELAY_MS = 30;

/** How long an answer may wait for the first scan of the LoRA folders; after that it goes on without and is refreshed. */
export const SCAN_BUDGET_MS = 2000;

/** Largest preview picture that is embedded in a tooltip. */
export const MAX_PICTURE_BYTES = 2_000_000;

/** Largest picture whose metadata is looked at. */
export const MAX_READ_PICTURE_BYTES = 100_000_000;
