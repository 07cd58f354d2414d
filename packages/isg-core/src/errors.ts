const MARKER = Symbol.for('parseltongue.error');

/** What every error of every package carries; `details` is JSON-safe and typed by `code` in the subclasses. */
export interface ErrorInit<Details extends object> {
  message: string;
  details: Details;
  retryable?: boolean;
  cause?: unknown;
}

/**
 * The base of all errors thrown across a package door.
 *
 * Only misuse, a broken environment or a violated contract is thrown; skipped files and failed gates are data.
 * Identity is a registered symbol, not `instanceof`: two installed copies of a package still recognize each other.
 */
export class ParseltongueError<Code extends string = string, Details extends object = object> extends Error {
  readonly code: Code;
  readonly details: Details;
  readonly retryable: boolean;
  readonly [MARKER] = true;

  constructor(code: Code, init: ErrorInit<Details>) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = init.details;
    this.retryable = init.retryable ?? false;
  }

  /** True for an error of any Parseltongue package, whichever copy of the package threw it. */
  static isInstance(value: unknown): value is ParseltongueError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARKER] === true;
  }

  /** The error as one JSON document: code, message, details, retryable. The cause stays in the process. */
  toJSON(): { code: Code; message: string; details: Details; retryable: boolean } {
    return { code: this.code, message: this.message, details: this.details, retryable: this.retryable };
  }
}

/** Codes of `CoreError` and the details each one carries. */
export interface CoreErrorDetails {
  PT_CORE_KEY_MALFORMED: { key: string };
  PT_CORE_KEY_PART_INVALID: { part: 'path' | 'container' | 'name' | 'discriminator'; value: string };
  PT_CORE_TRANSITION_ILLEGAL: { state: string; event: string };
  PT_CORE_ASSEMBLY_BROKEN: { file: string; problem: string };
}
export type CoreErrorCode = keyof CoreErrorDetails;

/** Thrown by the pure functions of this package when their input breaks the contract. */
export class CoreError<C extends CoreErrorCode = CoreErrorCode> extends ParseltongueError<
  C,
  CoreErrorDetails[C]
> {}
