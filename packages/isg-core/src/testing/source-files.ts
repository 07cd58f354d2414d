/**
 * Reads several files from one text: each starts at a line `//- /path`, in the manner of rust-analyzer's fixtures.
 */
export function parseSourceFiles(text: string): Map<string, string> {
  const files = new Map<string, string>();
  let path: string | undefined;
  for (const line of text.replace(/^\n/, '').split('\n')) {
    const marker = /^\/\/- \/(\S+)\s*$/.exec(line);
    if (marker !== null) {
      path = marker[1] ?? '';
      files.set(path, '');
    } else if (path !== undefined) {
      files.set(path, `${files.get(path) ?? ''}${line}\n`);
    }
  }
  for (const [name, body] of files) files.set(name, body.replace(/\n+$/, '\n'));
  return files;
}
