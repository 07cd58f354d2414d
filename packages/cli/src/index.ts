export { CliError, type CliErrorCode, type CliErrorDetails } from './errors.js';
export { EXIT, type ExitCode } from './exit-codes.js';
export type { CliContext, CliIo, Colors } from './io.js';
export { runCli } from './run-cli.js';
