import { ParseltongueError } from '@parseltongue/isg-core';
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { ElfError, type ElfErrorCode } from '../errors.js';

const APPLICATION_ERROR = -32_000;

const ErrorDataSchema = z.object({
  code: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.json()),
});

/** Turns what a method threw into what the wire carries: code, numbers, and whether trying again may help. */
export function toResponseError(error: unknown): ResponseError<object> {
  if (error instanceof ResponseError) return error as ResponseError<object>;
  if (ParseltongueError.isInstance(error)) {
    const { code, details, retryable } = error;
    return new ResponseError(APPLICATION_ERROR, error.message, { code, details, retryable });
  }
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const field = issue?.path.join('.') ?? '';
    const problem = issue?.message ?? 'invalid';
    return new ResponseError(ErrorCodes.InvalidParams, `The parameter ${field} is not valid: ${problem}`, {
      code: 'PT_ELF_REQUEST_INVALID',
      retryable: false,
      details: { field, problem },
    });
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new ResponseError(APPLICATION_ERROR, 'The request was cancelled', {});
  const problem = error instanceof Error ? error.message : String(error);
  return new ResponseError(ErrorCodes.InternalError, problem, {});
}

/** Turns an error from the wire back into the one that the daemon threw. */
export function fromResponseError(method: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const data = error instanceof ResponseError ? ErrorDataSchema.safeParse(error.data) : null;
  if (data?.success === true) {
    const { code, details, retryable } = data.data;
    return new ElfError(code as ElfErrorCode, {
      message: error.message,
      details: details as never,
      retryable,
      cause: error,
    });
  }
  return new ElfError('PT_ELF_DAEMON_FAILED', {
    message: `The daemon failed ${method}: ${error.message}. Read its log`,
    details: { method, problem: error.message },
    cause: error,
  });
}
