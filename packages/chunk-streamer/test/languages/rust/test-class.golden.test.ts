import { describe, expect, it } from 'vitest';
import { chunkFixture } from '../../support/read-fixture.js';

// The names in the fixture carry the label a person gave: `t01_..` must be a test, `c01_..` must be code.
const LABEL = /^([tc])\d\d/i;

describe('test class', () => {
  it('agrees with every hand-given label', async () => {
    const labels = new Set<string>();
    for (const { rows } of (await chunkFixture('test-classes')).values()) {
      for (const row of rows) {
        const label = LABEL.exec(row.name.replace(/^.*@/, ''));
        if (label === null) continue;
        labels.add(label[0].toLowerCase());
        const expected = label[1]?.toLowerCase() === 't' ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION';
        expect(`${row.name} ${row.tdd_classification}`).toBe(`${row.name} ${expected}`);
      }
    }
    expect(labels.size).toBeGreaterThanOrEqual(60);
  });

  it('says why a row is a test', async () => {
    const chunks = await chunkFixture('test-classes');
    const reasons = new Map(
      [...chunks.values()].flatMap(({ rows }) => rows.map((row) => [row.name, row.tdd_reason])),
    );
    expect(reasons.get('t04_attribute')).toBe('#[test]');
    expect(reasons.get('t06_runtime')).toBe('#[tokio::test]');
    expect(reasons.get('t18_all')).toBe('cfg(all(unix,test))');
    expect(reasons.get('t30_helper')).toBe('cfg(test)');
    expect(reasons.get('t43_in_file_below_a_test_module')).toBe('cfg(test)');
    expect(reasons.get('t47_helper_of_integration_test')).toBe('tests/');
    expect(reasons.get('t50_bench_file')).toBe('benches/');
    expect(reasons.get('t52_named_target')).toBe('[[test]]');
    expect(reasons.get('proptest!')).toBe('proptest!');
    expect(reasons.get('c03_plain')).toBe('no test marker');
  });
});
