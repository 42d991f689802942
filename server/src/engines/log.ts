/** Receives the messages of an engine and of the process it runs in. */
export type EngineLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
