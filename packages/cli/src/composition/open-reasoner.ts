import { isAbsolute, resolve, sep } from 'node:path';
import { type LlamaTextModel, openLlamaModel } from '@parseltongue/elf-orchestrator';
import type { TextModel } from '@parseltongue/isg-core';
import {
  createAgentReasoner,
  createAnthropicReasoner,
  createClaudeAgent,
  createCommandReasoner,
  createLocalReasoner,
  createOpenAiReasoner,
  createReplayReasoner,
  openScratchCopy,
  type Reasoner,
  recordTranscript,
} from '@parseltongue/sorcerer';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import type { ReasonerChoice } from './workspace.js';

const LOCAL_CONTEXT_TOKENS = 8192;
const SCANNER_SEQUENCES = 5;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where a reasoner may work, and what it may know. */
export interface ReasonerPlace {
  context: CliContext;
  /** The repository; an agent works in a copy of it. */
  root: string;
  /** An existing folder for programs and copies. */
  scratchDir: string;
}

/** Who reasons in a run, and the local tier beside it; both are let go at the end. */
export interface OpenReasoner extends AsyncDisposable {
  reasoner: Reasoner;
  scanner?: TextModel;
}

/**
 * Opens the reasoner a user chose, recording its answers when asked to. Local models are loaded here, in processes of their own.
 *
 * @throws CliError PT_CLI_USAGE when the choice lacks something; ElfError when a model cannot be loaded
 */
export async function openReasoner(choice: ReasonerChoice, place: ReasonerPlace): Promise<OpenReasoner> {
  const models: LlamaTextModel[] = [];
  const close = async (): Promise<void> => {
    for (const model of models.splice(0)) await model[Symbol.asyncDispose]();
  };
  const load: LoadModel = async (file, sequences) => {
    const model = await loadModel(resolve(place.context.cwd, file), sequences, place.context.signal);
    models.push(model);
    return model;
  };
  try {
    const plain = await createPlainReasoner(choice, place, load);
    const scanner =
      choice.scanModel === undefined ? undefined : await load(choice.scanModel, SCANNER_SEQUENCES);
    return {
      reasoner:
        choice.record === undefined
          ? plain
          : recordTranscript(plain, { file: resolve(place.context.cwd, choice.record) }),
      ...(scanner === undefined ? {} : { scanner }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type LoadModel = (file: string, sequences: number) => Promise<TextModel>;

function loadModel(modelPath: string, sequences: number, signal: AbortSignal): Promise<LlamaTextModel> {
  return openLlamaModel({ modelPath, contextTokens: LOCAL_CONTEXT_TOKENS, sequences, signal });
}

async function createPlainReasoner(
  choice: ReasonerChoice,
  place: ReasonerPlace,
  load: LoadModel,
): Promise<Reasoner> {
  const { env, cwd } = place.context;
  switch (choice.kind) {
    case 'anthropic':
      return createAnthropicReasoner({
        apiKey:
          env.ANTHROPIC_API_KEY ??
          missing('the anthropic reasoner needs ANTHROPIC_API_KEY in the environment'),
        ...(choice.model === undefined ? {} : { model: choice.model }),
        ...(env.ANTHROPIC_BASE_URL === undefined ? {} : { baseURL: env.ANTHROPIC_BASE_URL }),
      });
    case 'openai':
      return createServerReasoner(choice, env);
    case 'local':
      return createLocalReasoner({
        model: await load(choice.model ?? missing('the local reasoner needs --model <GGUF file>'), 1),
      });
    case 'command':
      return createProgramReasoner(choice, place);
    case 'agent':
      return createAgent(choice, place);
    case 'replay':
      return createReplayReasoner({
        file: resolve(cwd, choice.transcript ?? missing('the replay reasoner needs --transcript <file>')),
        match: 'attempt',
      });
  }
}

function createServerReasoner({ model, baseUrl }: ReasonerChoice, env: CliContext['env']): Reasoner {
  const address = baseUrl ?? env.OPENAI_BASE_URL ?? missing('the openai reasoner needs --base-url <address>');
  const isLocal = URL.canParse(address) && LOOPBACK.has(new URL(address).hostname);
  return createOpenAiReasoner({
    baseUrl: address,
    model: model ?? missing('the openai reasoner needs --model <id>'),
    locality: isLocal ? 'local' : 'remote',
    ...(env.OPENAI_API_KEY === undefined ? {} : { apiKey: env.OPENAI_API_KEY }),
  });
}

function createProgramReasoner(
  { argv = [] }: ReasonerChoice,
  { context, scratchDir }: ReasonerPlace,
): Reasoner {
  const [program = missing('the command reasoner needs --exec <program>'), ...args] = argv;
  return createCommandReasoner({
    argv: [locateProgram(program, context), ...args],
    cwd: scratchDir,
    env: definedOnly(context.env),
  });
}

function createAgent(
  { argv = [], model }: ReasonerChoice,
  { context, root, scratchDir }: ReasonerPlace,
): Reasoner {
  const [program] = argv;
  return createAgentReasoner({
    agent: createClaudeAgent({
      env: definedOnly(context.env),
      ...(program === undefined ? {} : { program: locateProgram(program, context) }),
      ...(model === undefined ? {} : { model }),
    }),
    openScratch: () => openScratchCopy(root, { parentDir: scratchDir }),
  });
}

/** A program of the PATH by its name, another one by where it lies from the person's folder. */
function locateProgram(program: string, { cwd }: CliContext): string {
  return isAbsolute(program) || !program.includes(sep) ? program : resolve(cwd, program);
}

function definedOnly(env: CliContext['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function missing(what: string): never {
  throw new CliError('PT_CLI_USAGE', {
    message: `Cannot start: ${what}`,
    details: { argument: '--reasoner' },
  });
}
