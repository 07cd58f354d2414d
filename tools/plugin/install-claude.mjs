import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CLAUDE = '@anthropic-ai/claude-code-linux-x64@2.1.329';

/** The Claude Code binary in a cache folder, installed from npm when it is not there (377 MB); undefined where that fails. */
export function installClaude() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'parseltongue', 'claude-code');
  const binary = join(cache, 'node_modules', '@anthropic-ai', 'claude-code-linux-x64', 'claude');
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const done = spawnSync('npm', ['install', '--no-save', '--prefix', cache, CLAUDE], { encoding: 'utf8' });
  return done.status === 0 && existsSync(binary) ? binary : undefined;
}
