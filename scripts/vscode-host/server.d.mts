export interface ServerPlaces {
  readonly entry: string;
  readonly dataDir: string;
  readonly extensionsDir: string;
  readonly serverDir: string;
  readonly logFile: string;
  /** Home folder of the server and the extensions; the own one when absent. */
  readonly home?: string;
}
export function writeSettings(dataDir: string, settings: Record<string, unknown>): void;
export function startServer(places: ServerPlaces): Promise<{ port: number; stop(): Promise<void> }>;
export function installExtension(
  places: Pick<ServerPlaces, 'entry' | 'extensionsDir' | 'serverDir'> & { vsix: string },
): void;
