import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import { CONFIG_KEYS, type ConfigKey, type ConfigSource, envNameOf } from './config-keys.js';

export type ConfigValue = number | boolean | string | string[];

/** A value and who chose it. */
export interface ConfigEntry {
  value: ConfigValue;
  source: Exclude<ConfigSource, 'flag' | 'default'>;
}

/** Every chosen setting by key; what nobody chose is absent. */
export type Config = ReadonlyMap<string, ConfigEntry>;

export interface LoadConfigOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Root of the repository, when there is one. */
  root?: string;
}

const REPOSITORY_FILE = 'parseltongue.toml';

/** Path of the user's own file. */
export function userConfigPath(env: LoadConfigOptions['env']): string {
  return join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config'), 'parseltongue', 'config.toml');
}

/**
 * Reads the settings: environment over the repository's `parseltongue.toml` over the user's `config.toml`.
 *
 * @throws CliError PT_CLI_CONFIG_INVALID for a broken file, an unknown key or a value of the wrong type
 * @throws CliError PT_CLI_CONFIG_FORBIDDEN when a repository's file chooses what only the user may choose
 */
export async function loadConfig({ env, root }: LoadConfigOptions): Promise<Config> {
  const config = new Map<string, ConfigEntry>();
  const add = (source: ConfigEntry['source'], values: ReadonlyMap<string, ConfigValue>): void => {
    for (const [key, value] of values) config.set(key, { value, source });
  };
  add('user', await readFileValues(userConfigPath(env), 'the user file config.toml', () => true));
  if (root !== undefined) {
    const path = join(root, REPOSITORY_FILE);
    add('repository', await readFileValues(path, REPOSITORY_FILE, (key) => key.isRepositoryChoice));
  }
  add('env', readEnvValues(env));
  return config;
}

async function readFileValues(
  path: string,
  name: string,
  isAllowed: (key: ConfigKey) => boolean,
): Promise<Map<string, ConfigValue>> {
  const values = new Map<string, ConfigValue>();
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return values;
  for (const [key, raw] of flatten(await parseToml(text, name))) {
    const known = CONFIG_KEYS.find((candidate) => candidate.key === key);
    if (known === undefined)
      throw invalid(name, `there is no setting ${key}. parseltongue config lists them`);
    if (!isAllowed(known)) throw forbidden(name, key);
    const value = coerce(known, raw);
    if (value === undefined) throw invalid(name, `${key} is not a ${describeType(known)}`);
    values.set(key, value);
  }
  return values;
}

async function parseToml(text: string, name: string): Promise<Record<string, unknown>> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'not TOML';
    throw invalid(name, problem, cause);
  }
}

/** `[search] limit = 5` as `search.limit`; one level of tables is all there is. */
function flatten(document: Record<string, unknown>): [string, unknown][] {
  return Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isTable) return [[key, value]];
    return Object.entries(value).map(([inner, item]) => [inner === 'use' ? key : `${key}.${inner}`, item]);
  });
}

function readEnvValues(env: LoadConfigOptions['env']): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>();
  for (const known of CONFIG_KEYS) {
    const name = envNameOf(known.key);
    const raw = env[name];
    if (raw === undefined || raw === '') continue;
    const value = coerce(known, parseEnvText(known, raw));
    if (value === undefined)
      throw invalid(`the environment variable ${name}`, `it is not a ${describeType(known)}`);
    values.set(known.key, value);
  }
  if ((env.NO_COLOR ?? '') !== '' && !values.has('color')) values.set('color', false);
  return values;
}

function parseEnvText({ type }: ConfigKey, raw: string): unknown {
  if (type === 'count') return Number(raw);
  if (type === 'list') return raw.split(' ').filter((part) => part !== '');
  if (type === 'text') return raw;
  return { 1: true, true: true, yes: true, 0: false, false: false, no: false }[raw.toLowerCase()];
}

function coerce({ type, choices }: ConfigKey, raw: unknown): ConfigValue | undefined {
  if (type === 'count') return Number.isInteger(Number(raw)) && Number(raw) >= 1 ? Number(raw) : undefined;
  if (type === 'flag') return typeof raw === 'boolean' ? raw : undefined;
  if (type === 'text') return typeof raw === 'string' && isChoice(raw, choices) ? raw : undefined;
  const isList = Array.isArray(raw) && raw.length > 0 && raw.every((item) => typeof item === 'string');
  return isList ? raw : undefined;
}

function isChoice(text: string, choices: readonly string[] | undefined): boolean {
  return choices === undefined || choices.includes(text);
}

function describeType({ type, choices }: ConfigKey): string {
  if (choices !== undefined) return `choice out of ${choices.join(', ')}`;
  return {
    count: 'whole number from 1',
    flag: 'yes or no (true, false)',
    text: 'text',
    list: 'list of texts',
  }[type];
}

function invalid(source: string, problem: string, cause?: unknown): CliError {
  return new CliError('PT_CLI_CONFIG_INVALID', {
    message: `Cannot use ${source}: ${problem}`,
    details: { source, problem },
    cause,
  });
}

function forbidden(source: string, key: string): CliError {
  return new CliError('PT_CLI_CONFIG_FORBIDDEN', {
    message: `${source} of this repository sets ${key}, which only you may choose: by flag, ${envNameOf(key)} or your own config.toml. Remove it there`,
    details: { key, source },
  });
}
