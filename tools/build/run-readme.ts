import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What the example of a README printed, and what its `// ...` comments behind `console.log` say it prints. */
export interface ReadmeRun {
  printed: string[];
  expected: string[];
}

/**
 * Runs the first TypeScript block of a package's README as a user would: in a file of that package, against what it built.
 */
export function runReadmeExample(readme: URL): ReadmeRun {
  const path = fileURLToPath(readme);
  const code = /```ts\n([^]*?)```/.exec(readFileSync(path, 'utf8'))?.[1];
  if (code === undefined) throw new Error(`${path} holds no ts example`);
  const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] ?? '');
  const folder = mkdtempSync(join(dirname(path), 'test', 'readme-'));
  try {
    const file = join(folder, 'example.mjs');
    writeFileSync(file, toJavaScript(code));
    const output = execFileSync(process.execPath, [file], { encoding: 'utf8', cwd: folder });
    return { printed: output.split('\n').filter((line) => line !== ''), expected };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function toJavaScript(code: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
