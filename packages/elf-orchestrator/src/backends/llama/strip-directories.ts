/** Leaves only the file names of the paths in an engine's log, so that errors tell nothing about the machine. */
export function stripDirectories(log: string): string {
  return log.replace(/(?:[A-Za-z]:)?[\w.@+~-]*[/\\](?:[^\s:'"/\\]*[/\\])*/g, '');
}
