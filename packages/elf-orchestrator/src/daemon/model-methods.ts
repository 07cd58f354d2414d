import { z } from 'zod';
import { ElfError } from '../errors.js';
import { type InstallOptions, installModel } from '../registry/install-model.js';
import {
  type InstalledModel,
  ModelServerSchema,
  ModelSettingsSchema,
  type VerificationRecord,
} from '../registry/installed-model.js';
import { MODEL_TABLE } from '../registry/model-table.js';
import { type VerifyModelOptions, verifyModel } from '../registry/verify-model.js';
import { defineMethod } from '../rpc/method.js';
import { benchModel } from './bench-model.js';
import type { DaemonParts } from './daemon-parts.js';
import { nameModel } from './name-model.js';
import type { ModelResolver } from './resolve-model.js';

const IdSchema = z.strictObject({ id: z.string().min(1).max(128) });
const SourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url: z.url() }),
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('server'), server: ModelServerSchema }),
]);
const InstallSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,127}$/),
  source: SourceSchema,
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .optional(),
  trustFirstUse: z.boolean().optional(),
  settings: ModelSettingsSchema.partial().optional(),
});

/** Methods about models: what is known, installed, loaded. */
export function createModelMethods(parts: DaemonParts, resolver: ModelResolver) {
  const { fleet, registry } = parts;
  const idOf = (name: string): string => registry.get(name).id;
  return {
    'models.list': defineMethod(z.strictObject({}), () => listModels(parts)),
    'models.show': defineMethod(IdSchema, ({ id }) => registry.get(id)),
    'models.install': defineMethod(InstallSchema, (params, { signal }) => install(parts, params, signal)),
    'models.verify': defineMethod(
      IdSchema.extend({ minDecodeTokensPerSecond: z.number().nonnegative().optional() }),
      (params, { signal }) => verify(parts, params, signal),
    ),
    'models.load': defineMethod(IdSchema, async ({ id }) => {
      const outcome = await fleet.load(idOf(id));
      parts.scheduler.pump();
      if (outcome.status !== 'ready') return outcome;
      const { loadMs, needBytes, plan } = outcome.resident;
      return { status: outcome.status, plan, needBytes, loadMs };
    }),
    'models.unload': defineMethod(IdSchema, async ({ id }) => ({
      isUnloaded: await fleet.unload(nameModel(parts, id), 'asked by a client'),
    })),
    'models.pin': defineMethod(IdSchema.extend({ isPinned: z.boolean() }), ({ id, isPinned }) =>
      registry.update(idOf(id), { isPinned }),
    ),
    'models.configure': defineMethod(
      IdSchema.extend({ settings: ModelSettingsSchema.partial() }),
      ({ id, settings }) => configure(parts, idOf(id), settings),
    ),
    'models.remove': defineMethod(IdSchema, async ({ id }) => {
      const found = idOf(id);
      await fleet.unload(found, 'removed');
      await registry.remove(found);
      return { id: found };
    }),
    'models.estimate': defineMethod(IdSchema, ({ id }) => resolver.estimate(idOf(id))),
    'models.bench': defineMethod(
      IdSchema.extend({
        agents: z.array(z.int().min(1).max(64)).min(1).optional(),
        tokens: z.int().min(8).max(2_048).optional(),
      }),
      (params, { signal }) => benchModel(parts, { ...params, id: idOf(params.id) }, signal),
    ),
  };
}

function listModels({ fleet, registry }: DaemonParts) {
  const installed = registry.list().map((model) => {
    const resident = fleet.residents.get(model.id);
    const isLoading = fleet.isLoading(model.id);
    return {
      ...model,
      loaded:
        resident === undefined
          ? null
          : {
              plan: resident.plan,
              needBytes: resident.needBytes,
              running: resident.running,
              ...resident.model.readStatus(),
            },
      isLoading,
    };
  });
  const ids = new Set(installed.map(({ id }) => id));
  return { installed, available: MODEL_TABLE.filter(({ id }) => !ids.has(id)) };
}

async function install(
  parts: DaemonParts,
  params: z.output<typeof InstallSchema>,
  signal: AbortSignal,
): Promise<InstalledModel> {
  const options: InstallOptions = {
    id: params.id,
    source: params.source,
    sha256: params.sha256,
    trustFirstUse: params.trustFirstUse,
    // Fields that were not given take the defaults.
    settings: JSON.parse(JSON.stringify(params.settings ?? {})) as InstallOptions['settings'],
    signal,
    onProgress: (progress) => parts.emit({ type: 'install-progress', model: params.id, ...progress }),
  };
  return installModel(parts.registry, options);
}

async function configure(
  { fleet, registry }: DaemonParts,
  id: string,
  settings: Partial<Record<string, unknown>>,
): Promise<InstalledModel> {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const model = await registry.update(id, {
    settings: ModelSettingsSchema.parse({ ...registry.get(id).settings, ...given }),
    calibration: null,
  });
  await fleet.unload(id, 'configured');
  return model;
}

async function verify(
  parts: DaemonParts,
  params: { id: string; minDecodeTokensPerSecond?: number | undefined },
  signal: AbortSignal,
): Promise<{ model: InstalledModel; verification: VerificationRecord; lines: readonly string[] }> {
  const { registry } = parts;
  const { id, path, settings, sha256 } = registry.get(params.id);
  if (path === null) {
    throw new ElfError('PT_ELF_ABILITY_UNSUPPORTED', {
      message: `${id} runs on a server; its weights cannot be verified from here. Ask it for a generation`,
      details: { model: id, ability: 'verify' },
    });
  }
  const options: VerifyModelOptions = {
    modelPath: path,
    threads: settings.threads,
    admission: { limitBytes: parts.limitBytes },
    signal,
    ...(sha256 === null ? {} : { expectedSha: sha256 }),
    ...(params.minDecodeTokensPerSecond === undefined
      ? {}
      : { minDecodeTokensPerSecond: params.minDecodeTokensPerSecond }),
  };
  const report = await verifyModel(options);
  const verification: VerificationRecord = {
    at: Date.now(),
    isPassed: report.isPassed,
    failureCode: report.failure?.code ?? null,
    message: report.failure?.message ?? null,
    engineRelease: report.engineRelease,
    threads: settings.threads,
    loadMs: report.loadMs,
    prefillTokensPerSecond: report.prefillTokensPerSecond,
    decodeTokensPerSecond: report.decodeTokensPerSecond,
  };
  // Too little memory says nothing about the weights.
  const isUndecided = report.failure?.code === 'not_admitted';
  const state = report.isPassed ? 'verified' : isUndecided ? registry.get(id).state : 'quarantined';
  return { model: await registry.update(id, { state, verification }), verification, lines: report.lines };
}
