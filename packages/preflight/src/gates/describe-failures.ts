import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import { mapRowKeys } from '../diagnose/map-row-keys.js';
import type { GateContext } from './gate-context.js';
import type { TestResult } from './parse-libtest.js';
import { readShadowText } from './read-texts.js';
import type { TestRun } from './test-run.js';

const PANIC = /panicked at (?:'.*', )?([^\s:][^:\n]*):(\d+):(\d+)/;

/** Failing tests as diagnostics, placed where the test panicked when it says so. */
export async function describeFailures(
  failures: readonly TestResult[],
  run: TestRun,
  context: GateContext,
): Promise<CompilerDiagnostic[]> {
  const diagnostics = await Promise.all(failures.map((failure) => describeFailure(failure, run, context)));
  return mapRowKeys(diagnostics, context.chunker, (path) => readShadowText(context, path));
}

async function describeFailure(
  failure: TestResult,
  run: TestRun,
  context: GateContext,
): Promise<CompilerDiagnostic> {
  const output = run.failures[failure.name] ?? '';
  const span = await locatePanic(output, context);
  return {
    tool: failure.binary === 'doc' ? 'rustdoc' : 'parseltongue',
    level: 'error',
    code: 'test_failed',
    message: `test ${failure.name} failed`,
    rendered: `test ${failure.name} failed (${failure.binary})\n${output}`,
    package_name: null,
    spans: span === null ? [] : [span],
    suggestions: [],
    row_key: null,
  };
}

async function locatePanic(
  output: string,
  context: GateContext,
): Promise<CompilerDiagnostic['spans'][number] | null> {
  const match = PANIC.exec(output);
  const path = match?.[1] === undefined ? null : context.map.relativize(match[1]);
  if (match === null || path === null) return null;
  const text = await readShadowText(context, path);
  if (text === null) return null;
  const [line, column] = [Number(match[2]), Number(match[3])];
  const before = text
    .split('\n')
    .slice(0, line - 1)
    .map((part) => `${part}\n`)
    .join('');
  const current = text.split('\n')[line - 1] ?? '';
  const start = Buffer.byteLength(before + current.slice(0, column - 1));
  return { path, start, end: start, line, column, is_primary: true, label: 'panicked here' };
}
