import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `ElfError` and the details each one carries. */
export interface ElfErrorDetails {
  /** A local model is opened and the optional package of the engine is not installed. */
  PT_ELF_ENGINE_MISSING: { package: string; install: string };
  /** The header of a model file is malformed, or does not fit its own file; nothing native was started. */
  PT_ELF_MODEL_REFUSED: { file: string; reason: string; subject: string | null };
  /** The engine refused a model file whose header looked right. */
  PT_ELF_MODEL_LOAD_FAILED: {
    file: string;
    reason: 'tensor_data_invalid' | 'engine_error' | 'timeout';
    engineLog: string;
  };
  /** A model is used after it was disposed. */
  PT_ELF_MODEL_CLOSED: { model: string };
  /** A model ended its worker three times within a minute. */
  PT_ELF_MODEL_QUARANTINED: { model: string; crashes: number; windowMs: number; retryAfterMs: number };
  /** A model would not fit beside the memory that is in use. */
  PT_ELF_ADMISSION_REFUSED: {
    needBytes: number;
    usedBytes: number;
    limitBytes: number;
    ceilingBytes: number;
    scope: 'process_tree' | 'system';
  };
  /** The process that holds a model ended while it had work. */
  PT_ELF_WORKER_DIED: {
    phase: 'load' | 'generate';
    exitCode: number | null;
    signal: string | null;
    engineLog: string;
  };
  /** A worker and its owner do not understand each other. */
  PT_ELF_WORKER_PROTOCOL: { problem: string };
  /** A prompt and its answer need more tokens than the context holds. */
  PT_ELF_CONTEXT_TOO_SMALL: { promptTokens: number; maxTokens: number; contextTokens: number };
  /** A field of a request or an option breaks its rule. */
  PT_ELF_REQUEST_INVALID: { field: string; problem: string };
  /** The engine reported an error during a generation. */
  PT_ELF_GENERATION_FAILED: { problem: string };
  /** Another living process has the queue open. */
  PT_ELF_QUEUE_LOCKED: { ownerPid: number };
  /** A queue is used after it was disposed. */
  PT_ELF_QUEUE_CLOSED: { queue: string };
  /** The journal of the queue could not be written; the queue takes no more changes until it is opened again. */
  PT_ELF_QUEUE_WRITE_FAILED: { problem: string };
  /** A task id names no task of the queue. */
  PT_ELF_TASK_UNKNOWN: { id: string };
  /** A task is retried or cancelled in a state that does not allow it. */
  PT_ELF_TASK_STATE: { id: string; state: string; action: string };
  /** A model server on another machine was given without allowing remote hosts. */
  PT_ELF_HTTP_REMOTE_REFUSED: { host: string };
  /** A model server cannot be connected to, or redirects. */
  PT_ELF_HTTP_UNREACHABLE: { host: string; problem: string };
  /** A model server did not answer in time. */
  PT_ELF_HTTP_TIMEOUT: { host: string; timeoutMs: number };
  /** A model server answered with an error status. */
  PT_ELF_HTTP_STATUS: { host: string; status: number; body: string };
  /** A model server answered with something that is not a completion. */
  PT_ELF_HTTP_MALFORMED: { host: string; problem: string };
  /** The scheduler takes no new work at this moment. */
  PT_ELF_WORK_REFUSED: { reason: 'draining' | 'memory_critical' };
  /** A model is asked for something that its backend or its purpose does not offer. */
  PT_ELF_ABILITY_UNSUPPORTED: { model: string; ability: string };
  /** A model's answer does not follow the schema that was asked for, after every attempt. */
  PT_ELF_OUTPUT_INVALID: { problem: string; text: string; attempts: number };
  /** A generation did not end before its deadline. */
  PT_ELF_DEADLINE_EXCEEDED: { deadlineMs: number };
  /** A model id names no installed model. */
  PT_ELF_MODEL_UNKNOWN: { model: string };
  /** An installation is refused because nothing vouches for the weights. */
  PT_ELF_DIGEST_UNKNOWN: { model: string };
  /** The weights that arrived are not the ones that were expected. */
  PT_ELF_DIGEST_MISMATCH: { model: string; expected: string; actual: string };
  /** A download ended without the whole file. */
  PT_ELF_DOWNLOAD_FAILED: { host: string; problem: string; receivedBytes: number };
  /** A file of the daemon's own state is damaged. */
  PT_ELF_STATE_DAMAGED: { file: string; problem: string };
  /** The daemon's socket cannot be bound: another daemon serves it, or its directory is not usable. */
  PT_ELF_DAEMON_OCCUPIED: { problem: string };
  /** No daemon answers at the socket. */
  PT_ELF_DAEMON_UNREACHABLE: { problem: string };
  /** The daemon answered with an error that has no code of its own. */
  PT_ELF_DAEMON_FAILED: { method: string; problem: string };
  /** A scripted model was asked more often than its script has replies. */
  PT_ELF_SCRIPT_EXHAUSTED: { calls: number };
}
export type ElfErrorCode = keyof ElfErrorDetails;

/** Thrown for misuse and broken environments; refused files, failed probes and failed verifications are data. */
export class ElfError<C extends ElfErrorCode = ElfErrorCode> extends ParseltongueError<
  C,
  ElfErrorDetails[C]
> {}
