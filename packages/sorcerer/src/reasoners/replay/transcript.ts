import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SorcererError } from '../../errors.js';
import { FinishSchema, PlanStepSchema, ReasonerUsageSchema } from '../../reasoner.js';

export const TranscriptContract = 'pt.transcript/1';

/** One recorded answer, one line of a transcript. */
export const TranscriptEntrySchema = z.strictObject({
  contract: z.literal(TranscriptContract),
  request_hash: z.string().regex(/^[0-9a-f]{64}$/),
  step: z.enum(['propose', ...PlanStepSchema.options]),
  attempt: z.int().positive(),
  reasoner: z.string(),
  answer: z.string(),
  finish: FinishSchema,
  usage: ReasonerUsageSchema,
});
export type TranscriptEntry = z.infer<typeof TranscriptEntrySchema>;

/**
 * Reads a transcript, one entry a line, blank lines ignored.
 *
 * @throws SorcererError PT_SORCERER_TRANSCRIPT_INVALID
 */
export async function loadTranscript(file: string): Promise<TranscriptEntry[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(file, { line: 0, problem: 'it cannot be read', cause });
  });
  return text
    .split('\n')
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const entry = TranscriptEntrySchema.safeParse(parseJson(line));
      if (!entry.success)
        throw invalid(file, { line: number, problem: 'the line is no entry', cause: entry.error });
      return entry.data;
    });
}

/** Appends one entry. */
export async function appendTranscript(file: string, entry: TranscriptEntry): Promise<void> {
  await appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function invalid(
  file: string,
  { line, problem, cause }: { line: number; problem: string; cause: unknown },
): SorcererError {
  const name = file.split(/[/\\]/).at(-1) ?? file;
  return new SorcererError('PT_SORCERER_TRANSCRIPT_INVALID', {
    message: `Cannot replay ${name}, line ${line}: ${problem}. Record the transcript again`,
    details: { file: name, line },
    cause,
  });
}
