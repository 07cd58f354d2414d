/** How one test ended. */
export type TestStatus = 'ok' | 'failed' | 'ignored';

/** One test as the standard test harness prints it. */
export interface TestResult {
  /** The binary or `doc`; empty when it cannot be told. */
  binary: string;
  name: string;
  status: TestStatus;
}

/** The output of one test binary: from `running N tests` to `test result:`. */
export interface TestBlock {
  results: { name: string; status: TestStatus }[];
  /** False for a binary that ended before its summary. */
  hasSummary: boolean;
  /** True when every announced test has a line and the summary agrees with the lines. */
  isConsistent: boolean;
}

/** What the harness printed. */
export interface LibtestOutput {
  blocks: TestBlock[];
  /** What failing tests printed, by name. */
  failures: Map<string, string>;
}

/** Reads the harness's text line by line. */
export interface LibtestParser {
  push: (line: string) => void;
  output(): LibtestOutput;
}

const RUNNING = /^running (\d+) tests?$/;
const TEST = /^test (.+?) \.\.\. ?(.*)$/;
/** A test line behind text that a test printed past the harness without a line break. */
const LATE_TEST = /test ([\w:]+(?: - should panic)?) \.\.\. (ok|FAILED|ignored(?:, .*)?)$/;
const SUMMARY = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured/;
const SECTION = /^---- (.+) stdout ----$/;
const MAX_FAILURE_CHARS = 8000;

/**
 * Creates a parser for the text libtest prints; its JSON form is not stable.
 *
 * Lines of line numbers and modes are dropped from names (`(line 12)`, `- should panic`), so that a doctest keeps its
 * name when lines above it change; several tests may therefore share a name.
 */
export function createLibtestParser(): LibtestParser {
  const blocks: TestBlock[] = [];
  const failures = new Map<string, string>();
  let open: { block: TestBlock; announced: number; pending: string | null } | null = null;
  let section: string | null = null;

  const readTestLine = (line: string): void => {
    if (open === null) return;
    const test = TEST.exec(line) ?? LATE_TEST.exec(line);
    const name = test?.[1] ?? open.pending;
    if (name === null) return;
    const status = readStatus(test?.[2] ?? line);
    open.pending = status === null ? name : null;
    if (status !== null) open.block.results.push({ name: normalizeName(name), status });
  };

  return {
    output: () => ({ blocks, failures }),
    push(line) {
      const running = RUNNING.exec(line);
      const summary = SUMMARY.exec(line);
      if (running !== null) {
        open = {
          block: { results: [], hasSummary: false, isConsistent: false },
          announced: Number(running[1]),
          pending: null,
        };
        blocks.push(open.block);
        section = null;
      } else if (summary !== null && open !== null) {
        open.block.hasSummary = true;
        open.block.isConsistent = agrees(open.block, open.announced, summary);
        open = null;
        section = null;
      } else if (SECTION.test(line)) {
        section = normalizeName(SECTION.exec(line)?.[1] ?? '');
        failures.set(section, '');
      } else if (section !== null && line !== 'failures:') {
        failures.set(section, `${failures.get(section) ?? ''}${line}\n`.slice(0, MAX_FAILURE_CHARS));
      } else {
        section = null;
        readTestLine(line);
      }
    },
  };
}

/** A test's name without what changes from run to run. */
function normalizeName(name: string): string {
  return name
    .replace(/ - (should panic|compile fail|compile|no_run)$/, '')
    .replace(/ \(line \d+\)$/, '')
    .trim();
}

/** The status at the end of a text; a test that prints past the harness puts its own text before it. */
function readStatus(text: string): TestStatus | null {
  const word = /(ok|FAILED|ignored)(?:, .*| <[\d.]+s>)?$/.exec(text)?.[1];
  if (word === undefined) return null;
  return word === 'ok' ? 'ok' : word === 'FAILED' ? 'failed' : 'ignored';
}

function agrees(block: TestBlock, announced: number, summary: RegExpExecArray): boolean {
  const [passed = 0, failed = 0, ignored = 0, measured = 0] = summary.slice(1).map(Number);
  const count = (status: TestStatus): number =>
    block.results.filter((result) => result.status === status).length;
  return (
    announced === block.results.length + measured &&
    passed === count('ok') &&
    failed === count('failed') &&
    ignored === count('ignored')
  );
}
