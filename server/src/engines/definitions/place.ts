import { homedir } from 'node:os';
import path from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Absolute path of the machine's `engines.json`: the file that `SDPROMPT_ENGINES` names, else the one in the user's
 * configuration folder. It need not exist.
 */
export function enginesFile(
  env: Env,
  { cwd, platform, home }: { cwd?: string; platform?: NodeJS.Platform; home?: string } = {},
): string {
  const named = env.SDPROMPT_ENGINES;
  if (named) return path.resolve(cwd ?? process.cwd(), named);
  return path.join(configFolder(env, platform ?? process.platform, home ?? homedir()), 'engines.json');
}

/** The user's folder for configuration files of this program. */
function configFolder(env: Env, platform: NodeJS.Platform, home: string): string {
  if (env.XDG_CONFIG_HOME) return path.join(env.XDG_CONFIG_HOME, 'sdprompt');
  if (platform === 'win32')
    return path.join(env.APPDATA || path.join(home, 'AppData', 'Roaming'), 'sdprompt');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'sdprompt');
  return path.join(home, '.config', 'sdprompt');
}
