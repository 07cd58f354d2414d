import { ElfError, type LoadPlan, type LocalModel, type OpenInstalledModel } from '../../src/index.js';

/** A machine of which every byte is pretended: each loaded model takes what it was told to take. */
export class FakeMachine {
  readonly kind = 'linux_proc';
  readonly loaded = new Map<number, { id: string; bytes: number; plan: LoadPlan }>();
  readonly loads: string[] = [];
  readonly ratios: number[] = [];
  otherBytes = 0;
  #nextPid = 1_000_000;

  readonly totalBytes: number;
  readonly daemonBytes: number;

  constructor(totalBytes: number, daemonBytes: number) {
    this.totalBytes = totalBytes;
    this.daemonBytes = daemonBytes;
  }

  readTree = async () => {
    const processes = [
      { pid: process.pid, anonBytes: this.daemonBytes, fileBytes: 0 },
      ...[...this.loaded].map(([pid, { bytes }]) => ({ pid, anonBytes: bytes, fileBytes: 0 })),
    ];
    const usedBytes = processes.reduce((sum, { anonBytes }) => sum + anonBytes, 0);
    this.ratios.push(usedBytes / this.totalBytes);
    return { usedBytes, processes };
  };

  readSystem = async () => {
    const used = [...this.loaded.values()].reduce((sum, { bytes }) => sum + bytes, this.daemonBytes);
    const availableBytes = Math.max(0, this.totalBytes - used - this.otherBytes);
    return { totalBytes: this.totalBytes, availableBytes, cgroup: null };
  };

  /** Opens a model of which each sequence and each layer takes a share; its answers are its name. */
  open: (bytesOf: (plan: LoadPlan) => number, runMs?: number) => OpenInstalledModel =
    (bytesOf, runMs = 1) =>
    async ({ id }, plan) => {
      const pid = this.#nextPid++;
      this.loads.push(id);
      this.loaded.set(pid, { id, bytes: bytesOf(plan), plan });
      return createFakeModel({ id, pid, plan, runMs, release: () => this.loaded.delete(pid) });
    };
}

function createFakeModel(parts: {
  id: string;
  pid: number;
  plan: LoadPlan;
  runMs: number;
  release: () => void;
}): LocalModel {
  const { id, pid, plan, release, runMs } = parts;
  let inFlight = 0;
  const killed = new AbortController();
  let isUp = true;
  return {
    id,
    modelSha: null,
    maxConcurrency: plan.sequences,
    facts: {
      engineRelease: 'fake',
      contextTokens: plan.contextTokens,
      trainContextTokens: plan.contextTokens,
      sequences: plan.sequences,
      threads: 1,
      usesChatTemplate: false,
      gpuLayers: plan.gpuLayers,
      dimension: null,
      loadMs: 1,
    },
    async generate({ signal }) {
      inFlight += 1;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, runMs);
        const end = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener('abort', end);
        killed.signal.addEventListener('abort', end);
      });
      inFlight -= 1;
      if (killed.signal.aborted) throw createDeath();
      const times = { reusedTokens: 0, queuedMs: 0, prefillMs: 1, decodeMs: 1, durationMs: runMs };
      const finishReason = signal?.aborted === true ? 'aborted' : 'stop';
      return { text: id, finishReason, inputTokens: 1, outputTokens: 2, ...times };
    },
    countTokens: async () => 1,
    countPromptTokens: async () => 1,
    tokenize: async () => [1],
    embed: async () => [],
    rerank: async () => [],
    checkHealth: async () => ({ status: 'healthy', durationMs: 1, problem: null }),
    readStatus: () => ({
      state: isUp ? 'ready' : 'closed',
      workerPid: isUp ? pid : null,
      inFlight,
      reloads: 0,
    }),
    dropPrefixes: async () => undefined,
    killWorker: async () => {
      killed.abort();
      release();
    },
    async [Symbol.asyncDispose]() {
      isUp = false;
      release();
    },
  };
}

function createDeath(): ElfError {
  const details = { phase: 'generate', exitCode: null, signal: 'SIGKILL', engineLog: '' } as const;
  return new ElfError('PT_ELF_WORKER_DIED', { message: 'The worker is gone', details, retryable: true });
}
