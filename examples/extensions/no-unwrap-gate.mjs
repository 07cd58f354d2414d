// A third-party gate for preflight, in the seat of T2: a proposal must not add an `unwrap()` to code. It may reject, and never approves:
// what passes here still has to pass cargo check and the tests.
// Use: openPreflight({ ..., analyzerGate: createNoUnwrapGate() })
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export function createNoUnwrapGate() {
  return {
    async check({ proposal, root }) {
      const grown = [];
      for (const { path, after } of proposal.files) {
        const before = await readFile(join(root, path), 'utf8').catch(() => '');
        if (after !== null && path.endsWith('.rs') && count(after) > count(before)) grown.push(path);
      }
      const total = proposal.files.length;
      return {
        verdict: grown.length === 0 ? 'passed' : 'failed',
        reason: grown.length === 0 ? null : `more unwrap() than before in ${grown.join(', ')}`,
        diagnostics: [],
        counts: { total, passed: total - grown.length, failed: grown.length, ignored: 0 },
        session: null,
        log: `looked at ${total} files\n`,
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

function count(text) {
  return text.split('.unwrap()').length - 1;
}
