export function ensureHost(): { entry: string; chromium: string };
