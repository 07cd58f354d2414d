import pc from 'picocolors';
import type { CliContext } from '../../src/index.js';

/** What a verb run in this process wrote. */
export interface Screen {
  out: string;
  err: string;
}

/** A context that writes to memory; nobody can answer questions unless `answers` holds some. */
export function createContext(
  options: { cwd?: string; env?: Record<string, string>; answers?: string[] } = {},
): {
  screen: Screen;
  context: CliContext;
} {
  const screen: Screen = { out: '', err: '' };
  const { answers } = options;
  const context: CliContext = {
    cwd: options.cwd ?? import.meta.dirname,
    env: options.env ?? {},
    signal: new AbortController().signal,
    io: {
      out: (text) => void (screen.out += text),
      err: (text) => void (screen.err += text),
      isInteractive: false,
      colors: pc.createColors(false),
      ...(answers === undefined ? {} : { ask: async () => answers.shift() }),
    },
  };
  return { screen, context };
}
