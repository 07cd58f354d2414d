import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `ElfError` and the details each one carries. */
export interface ElfErrorDetails {
  PT_ELF_ENGINE_MISSING: { package: string; install: string };
  PT_ELF_MODEL_REFUSED: { file: string; reason: string; subject: string | null };
  PT_ELF_MODEL_LOAD_FAILED: {
    file: string;
    reason: 'tensor_data_invalid' | 'engine_error' | 'timeout';
    engineLog: string;
  };
  PT_ELF_MODEL_CLOSED: { model: string };
  PT_ELF_MODEL_QUARANTINED: { model: string; crashes: number; windowMs: number; retryAfterMs: number };
  PT_ELF_ADMISSION_REFUSED: {
    needBytes: number;
    usedBytes: number;
    limitBytes: number;
    ceilingBytes: number;
    scope: 'process_tree' | 'system';
  };
  PT_ELF_WORKER_DIED: {
    phase: 'load' | 'generate';
    exitCode: number | null;
    signal: string | null;
    engineLog: string;
  };
  PT_ELF_WORKER_PROTOCOL: { problem: string };
  PT_ELF_CONTEXT_TOO_SMALL: { promptTokens: number; maxTokens: number; contextTokens: number };
  PT_ELF_REQUEST_INVALID: { field: string; problem: string };
  PT_ELF_GENERATION_FAILED: { problem: string };
  PT_ELF_QUEUE_LOCKED: { ownerPid: number };
  PT_ELF_QUEUE_CLOSED: { queue: string };
  PT_ELF_QUEUE_WRITE_FAILED: { problem: string };
  PT_ELF_TASK_UNKNOWN: { id: string };
  PT_ELF_TASK_STATE: { id: string; state: string; action: string };
  PT_ELF_HTTP_REMOTE_REFUSED: { host: string };
  PT_ELF_HTTP_UNREACHABLE: { host: string; problem: string };
  PT_ELF_HTTP_TIMEOUT: { host: string; timeoutMs: number };
  PT_ELF_HTTP_STATUS: { host: string; status: number; body: string };
  PT_ELF_HTTP_MALFORMED: { host: string; problem: string };
  PT_ELF_SCRIPT_EXHAUSTED: { calls: number };
}
export type ElfErrorCode = keyof ElfErrorDetails;

/** Thrown for misuse and broken environments; refused files, failed probes and failed verifications are data. */
export class ElfError<C extends ElfErrorCode = ElfErrorCode> extends ParseltongueError<
  C,
  ElfErrorDetails[C]
> {}
