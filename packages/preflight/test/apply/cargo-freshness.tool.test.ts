import { execFileSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyProposal, undoLast } from '../../src/apply/index.js';
import { createProposal, createReport, createRepository } from './repository.js';

const MANIFEST = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n';
const program = (text: string): string => `fn main() { println!("${text}"); }\n`;

describe('cargo after a change of the tree', () => {
  it('builds what the tree holds after an apply, a roll-back and an undo', { timeout: 120_000 }, async () => {
    using repository = createRepository({
      'Cargo.toml': MANIFEST,
      'Cargo.lock': 'version = 3\n\n[[package]]\nname = "tiny"\nversion = "0.1.0"\n',
      'src/main.rs': program('old'),
      '.gitignore': 'target/\n',
    });
    const { context, root } = repository;
    const runProgram = (): string =>
      execFileSync('cargo', ['run', '--quiet', '--offline'], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, HOME: homedir(), CARGO_TARGET_DIR: join(root, 'target') },
      }).trim();
    const apply = async (isGreen: boolean): Promise<string[]> => {
      const proposal = createProposal(root, { 'src/main.rs': program('new') });
      const report = await createReport(context, proposal);
      const seen: string[] = [];
      const verify = () => {
        seen.push(runProgram());
        return Promise.resolve({ ok: isGreen, detail: 'ran' });
      };
      // A build while the new bytes wait beside the old ones must not make them look built.
      const faultPoint = (step: string): void => {
        if (step !== 'rechecked') return;
        utimesSync(join(root, 'src/main.rs'), new Date(), new Date());
        seen.push(runProgram());
      };
      await applyProposal(context, { proposal, report, verify, faultPoint });
      return seen;
    };
    expect(runProgram()).toBe('old');
    expect(await apply(false)).toEqual(['old', 'new']);
    expect(runProgram()).toBe('old');
    expect(await apply(true)).toEqual(['old', 'new']);
    expect(runProgram()).toBe('new');
    await undoLast(context);
    expect(runProgram()).toBe('old');
  });
});
