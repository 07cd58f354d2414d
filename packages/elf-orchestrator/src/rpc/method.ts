import type { z } from 'zod';

/** What a method may use besides its parameters. */
export interface CallContext {
  /** Aborted when the caller cancels or its connection ends. */
  signal: AbortSignal;
  /** Sends a notification to the caller. */
  notify: (method: string, params: object) => void;
  /** Sends the daemon's events to the caller from now on. */
  subscribe: () => void;
}

/** One method of the daemon: what it takes and what it does. */
export interface Method<P extends z.ZodType = z.ZodType, R = unknown> {
  params: P;
  handle: (params: z.output<P>, context: CallContext) => Promise<R> | R;
}

/** Ties a method's parameters to its handler, so that both ends of a connection know their types. */
export function defineMethod<P extends z.ZodType, R>(
  params: P,
  handle: (params: z.output<P>, context: CallContext) => Promise<R> | R,
): Method<P, R> {
  return { params, handle };
}

/** Any method, whatever it takes. */
export type AnyMethod = Method | Method<never>;
