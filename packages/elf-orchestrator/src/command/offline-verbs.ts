import { ElfError } from '../errors.js';
import { readInstalledModels } from '../registry/model-registry.js';
import { findModel, MODEL_TABLE } from '../registry/model-table.js';
import { type Command, readName } from './parse-command.js';
import { describeKnown, renderModels } from './render-models.js';
import type { LocalVerb, VerbContext, VerbResult } from './verb.js';

/** What can be answered from disk and the model table where no daemon runs; nothing is loaded then. */
export const OFFLINE_VERBS: ReadonlyMap<string, LocalVerb> = new Map<string, LocalVerb>([
  ['models list', list],
  ['models show', show],
]);

async function list(_command: Command, { paths }: VerbContext): Promise<VerbResult> {
  const models = await readInstalledModels(paths.stateDir);
  const ids = new Set(models.map(({ id }) => id));
  const installed = models.map((model) => ({ ...model, loaded: null }));
  const data = { installed, available: MODEL_TABLE.filter(({ id }) => !ids.has(id)) };
  return { data, text: renderModels(data) };
}

async function show(command: Command, { paths }: VerbContext): Promise<VerbResult> {
  const name = readName(command, 'model');
  const known = findModel(name);
  const installed = (await readInstalledModels(paths.stateDir)).find(
    ({ id }) => id === name || id === known?.id,
  );
  const data = installed ?? (known === null ? unknown(name) : describeKnown(known));
  return { data, text: JSON.stringify(data, null, 2) };
}

function unknown(model: string): never {
  throw new ElfError('PT_ELF_MODEL_UNKNOWN', {
    message: `No model ${model} is installed or known. List the models to see their ids, or install it first`,
    details: { model },
  });
}
