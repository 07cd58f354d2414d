import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ElfError } from '../errors.js';
import { type InstalledModel, RegistryFileSchema } from './installed-model.js';
import { findModel } from './model-table.js';

/** The models of this machine, kept in one file. One process has it open at a time. */
export interface ModelRegistry {
  /** Where weights that the registry owns are kept. */
  readonly modelsDir: string;
  list(): InstalledModel[];
  /** By id or by an alias of the model table; null when it is not installed. */
  find(name: string): InstalledModel | null;
  /** @throws ElfError PT_ELF_MODEL_UNKNOWN */
  get(name: string): InstalledModel;
  /** Adds or replaces a model; on disk when the promise resolves. */
  put(model: InstalledModel): Promise<InstalledModel>;
  update(id: string, change: Partial<InstalledModel>): Promise<InstalledModel>;
  /** Forgets a model and removes its file when the registry owns it. */
  remove(id: string): Promise<void>;
}

const FILE_NAME = 'models.json';

/**
 * Opens the registry in a directory, creating it when it is new.
 *
 * @throws ElfError PT_ELF_STATE_DAMAGED
 */
export async function openModelRegistry(dir: string): Promise<ModelRegistry> {
  const modelsDir = join(dir, 'models');
  await mkdir(modelsDir, { recursive: true });
  const models = await readModels(join(dir, FILE_NAME));
  return new FileRegistry({ path: join(dir, FILE_NAME), modelsDir, models });
}

/**
 * Reads which models are installed without opening the registry: also while a daemon has it open, or none runs.
 *
 * @throws ElfError PT_ELF_STATE_DAMAGED
 */
export async function readInstalledModels(dir: string): Promise<InstalledModel[]> {
  return [...(await readModels(join(dir, FILE_NAME))).values()];
}

class FileRegistry implements ModelRegistry {
  readonly modelsDir: string;
  readonly #path: string;
  readonly #models: Map<string, InstalledModel>;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: { path: string; modelsDir: string; models: Map<string, InstalledModel> }) {
    this.#path = parts.path;
    this.modelsDir = parts.modelsDir;
    this.#models = parts.models;
  }

  list(): InstalledModel[] {
    return [...this.#models.values()];
  }

  find(name: string): InstalledModel | null {
    return this.#models.get(name) ?? this.#models.get(findModel(name)?.id ?? '') ?? null;
  }

  get(name: string): InstalledModel {
    const model = this.find(name);
    if (model !== null) return model;
    throw new ElfError('PT_ELF_MODEL_UNKNOWN', {
      message: `No model ${name} is installed. List the models to see their ids, or install it first`,
      details: { model: name },
    });
  }

  async put(model: InstalledModel): Promise<InstalledModel> {
    this.#models.set(model.id, model);
    await this.#save();
    return model;
  }

  update(id: string, change: Partial<InstalledModel>): Promise<InstalledModel> {
    return this.put({ ...this.get(id), ...change });
  }

  async remove(id: string): Promise<void> {
    const model = this.get(id);
    this.#models.delete(model.id);
    await this.#save();
    if (model.isOwned && model.path !== null) await rm(model.path, { force: true });
  }

  #save(): Promise<void> {
    const text = `${JSON.stringify({ contract: 'pt.models/1', models: this.list() }, null, 2)}\n`;
    const write = this.#writing.then(async () => {
      await writeFile(`${this.#path}.new`, text, { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
    });
    this.#writing = write.catch(() => undefined);
    return write;
  }
}

async function readModels(path: string): Promise<Map<string, InstalledModel>> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return new Map();
  try {
    const { models } = RegistryFileSchema.parse(JSON.parse(text));
    return new Map(models.map((model) => [model.id, model]));
  } catch (cause) {
    throw new ElfError('PT_ELF_STATE_DAMAGED', {
      message: `The registry file ${FILE_NAME} cannot be read. Move it away and install the models again; files that are there are not downloaded twice`,
      details: { file: FILE_NAME, problem: 'not a registry' },
      cause,
    });
  }
}
