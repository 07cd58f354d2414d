import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  ElfError,
  findModel,
  type InstalledModel,
  openDurableTextModel,
  openLlamaModel,
  readInstalledModels,
} from '@parseltongue/elf-orchestrator';
import type { TextModel } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import { readElfPaths } from './run-elf-command.js';

/** A local model for summaries, and where it runs. */
export interface SummaryModel extends AsyncDisposable {
  model: TextModel;
  /** Id of an installed model; the file as it was given otherwise. */
  name: string;
  /** Why its answers do not outlive this process; null when the daemon of the local models keeps them. */
  doubt: string | null;
}

const CONTEXT_TOKENS = 4096;
const SEQUENCES = 5;

/**
 * Opens the model a person named: an installed one by its id or file through the daemon, which is started where none
 * runs; any other GGUF file, or an installed one whose daemon cannot be had, in a process of this verb.
 *
 * @throws CliError PT_CLI_USAGE when it is neither installed nor a file; ElfError when it cannot be loaded
 */
export async function openSummaryModel(
  name: string,
  { cwd, env, signal }: CliContext,
): Promise<SummaryModel> {
  const paths = readElfPaths(env);
  const file = resolve(cwd, name);
  const id = findModel(name)?.id ?? name;
  const installed = (await readInstalledModels(paths.stateDir)).find(
    (candidate) => candidate.id === id || candidate.path === file,
  );
  if (installed === undefined) return loadFile(await requireFile(name, file), name, signal);
  try {
    const model = await openDurableTextModel({ paths, model: installed.id });
    return {
      model,
      name: installed.id,
      doubt: null,
      [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!isUnreachable(error) || installed.path === null) throw error;
    return loadInstalled(installed, { path: installed.path, reason: error.message, signal });
  }
}

async function loadInstalled(
  { id }: InstalledModel,
  { path, reason, signal }: { path: string; reason: string; signal: AbortSignal },
): Promise<SummaryModel> {
  const doubt = `${id} runs in this process, its answers do not outlive it: ${reason}`;
  return { ...(await loadModel(path, signal)), name: id, doubt };
}

async function loadFile(path: string, name: string, signal: AbortSignal): Promise<SummaryModel> {
  const doubt = `${name} is not installed, so it runs in this process and its answers do not outlive it. parseltongue models install <id> --file ${name} --trust-first-use gives it to the daemon`;
  return { ...(await loadModel(path, signal)), name, doubt };
}

async function loadModel(
  modelPath: string,
  signal: AbortSignal,
): Promise<Pick<SummaryModel, 'model'> & AsyncDisposable> {
  const options = { modelPath, contextTokens: CONTEXT_TOKENS, sequences: SEQUENCES, signal };
  const model = await openLlamaModel(options);
  return { model, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
}

async function requireFile(name: string, file: string): Promise<string> {
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return file;
  throw new CliError('PT_CLI_USAGE', {
    message: `"${name}" is neither an installed model nor a GGUF file. parseltongue models list shows the installed ones`,
    details: { argument: '--model' },
  });
}

function isUnreachable(error: unknown): error is ElfError {
  return ElfError.isInstance(error) && error.code === 'PT_ELF_DAEMON_UNREACHABLE';
}
