import { afterEach, beforeEach, expect, vi } from 'vitest';

// stdout and stderr belong to the product's answers (invariant I13): a test that leaves console output behind fails.
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method).mockImplementation(() => undefined);
});

afterEach(() => {
  const calls = methods.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.map((args) => [method, ...args]),
  );
  vi.restoreAllMocks();
  expect(calls, 'console output during a test').toEqual([]);
});
