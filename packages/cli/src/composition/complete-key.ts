import type { CodeGraphStore } from '@parseltongue/codegraph-store';

const MOST = 50;

/** Keys that begin with `prefix`; while it names no file yet, the files that do. */
export async function completeKey(store: CodeGraphStore, prefix: string): Promise<string[]> {
  const files = (await store.files()).map(({ path }) => path);
  const file = files.filter((path) => prefix.startsWith(`${path}-`)).sort((a, b) => b.length - a.length)[0];
  if (file === undefined) {
    const found = files.filter((path) => path.startsWith(prefix));
    return (found.length === 1 ? found.map((path) => `${path}-`) : found).slice(0, MOST);
  }
  const rows = await store.rowsOfFile(file);
  return rows
    .map(({ isgl1_key }) => isgl1_key as string)
    .filter((key) => key.startsWith(prefix))
    .slice(0, MOST);
}
