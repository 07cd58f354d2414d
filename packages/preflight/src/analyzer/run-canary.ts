import { type AnalyzerSession, readSessionText } from './open-analyzer.js';
import { withOverlay } from './overlay.js';
import { pullFindings } from './pull-findings.js';
import { subtractFindings } from './subtract-findings.js';

/** What a server said to a text with known faults. */
export interface CanaryResult {
  isAlive: boolean;
  /** One line for the log and, when it is not alive, for the receipt. */
  detail: string;
}

/** A wrong type, a name that does not exist, and library calls that do. */
const PROBE = `
fn parseltongue_canary_type() -> String { "x" }
fn parseltongue_canary_name() {
    let mut list: Vec<u8> = Vec::new();
    list.push(1);
    parseltongue_canary_absent;
}
`;
const CORE_PROBE = `
fn parseltongue_canary_type() -> u32 { "x" }
fn parseltongue_canary_name() {
    let one: Option<u8> = Some(1);
    one.is_some();
    parseltongue_canary_absent;
}
`;
const EXPECTED = 'E0308 E0425';

/**
 * Shows the server a file of the workspace with a probe at its end and compares what it says with what it must say.
 *
 * A server without the standard library, or one that answers nothing, is found out like this and in no other way.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED
 */
export async function runCanary(
  session: AnalyzerSession,
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<CanaryResult> {
  const text = readSessionText(session, path);
  if (text === null) return { isAlive: false, detail: `canary: ${path} cannot be read` };
  const before = await pullFindings(session, { paths: [path], texts: new Map(), ...options });
  const probe = /#!\[\s*(no_std|cfg_attr\([^\]]*no_std)/.test(text) ? CORE_PROBE : PROBE;
  const texts = new Map([[path, `${text}\n${probe}`]]);
  const after = await withOverlay(session, texts, () =>
    pullFindings(session, { paths: [path], texts, ...options }),
  );
  const added = subtractFindings(after, before).filter((finding) => finding.severity === 1);
  const codes = added.map((finding) => finding.code ?? '?').sort();
  const said = codes.length === 0 ? 'nothing' : codes.slice(0, 8).join(' ');
  return {
    isAlive: codes.join(' ') === EXPECTED,
    detail: `canary in ${path}: expected ${EXPECTED}, heard ${said}`,
  };
}
