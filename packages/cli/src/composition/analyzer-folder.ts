import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a private rust-analyzer is set up. */
export function analyzerFolder(env: Readonly<Record<string, string | undefined>>): string {
  const data = env.XDG_DATA_HOME ?? join(env.HOME ?? homedir(), '.local', 'share');
  return join(data, 'parseltongue', 'rust-analyzer');
}
