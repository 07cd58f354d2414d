import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ElfError, type MemorySource, openLlamaModel, readGgufHeader, verifyModel } from '../../src/index.js';
import { createSyntheticModel, encodeGguf, writeSyntheticModel } from '../../src/testing/index.js';
import { encodeSound, listMalformedModels } from '../registry/malformed-models.js';
import { createTemporaryDir } from '../temporary-dir.js';
import { isProcessAlive, waitUntil } from '../wait-until.js';

const PACKAGE = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));
const MIB = 1024 ** 2;
let dir = '';
beforeAll(async () => {
  dir = await createTemporaryDir();
});

function open(
  modelPath: string,
  options: { limitBytes?: number; signal?: AbortSignal; source?: MemorySource } = {},
) {
  const { signal, ...admission } = options;
  return openLlamaModel({
    modelPath,
    contextTokens: 256,
    admission,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, bytes);
  return path;
}

async function writeKind(kind: 'chain20' | 'loop' | 'nan'): Promise<string> {
  const path = join(dir, `${kind}.gguf`);
  await writeSyntheticModel(path, { kind });
  return path;
}

describe('acceptance 4: opening a model that cannot be used', () => {
  it('refuses every malformed file by its header, before a worker is started', async () => {
    const models = listMalformedModels();
    expect(models.length).toBeGreaterThanOrEqual(30);
    for (const [index, { bytes, code }] of models.entries()) {
      const path = await write(`malformed-${index}.gguf`, bytes);
      await expect(open(path)).rejects.toMatchObject({
        code: 'PT_ELF_MODEL_REFUSED',
        details: { reason: code },
      });
    }
  });

  it('reports what only the engine can refuse', async () => {
    const model = createSyntheticModel({ kind: 'random' });
    const entries = [...model.metadata].map(
      ([key, value]) => [key.replace('qwen2.', 'novel.'), value] as const,
    );
    const metadata = new Map(entries).set('general.architecture', { type: 'string', value: 'novel' });
    const path = await write('novel.gguf', Buffer.concat([...encodeGguf({ ...model, metadata })]));
    await expect(open(path)).rejects.toMatchObject({
      code: 'PT_ELF_MODEL_LOAD_FAILED',
      details: { file: 'novel.gguf', reason: 'engine_error' },
    });
  });

  it('survives damage that the header check cannot see', async () => {
    const sound = encodeSound();
    const pretokenizer = sound.indexOf('tokenizer.ggml.pre') + 'tokenizer.ggml.pre'.length + 12;
    const spots = [sound.indexOf('attn_norm.weight'), pretokenizer, sound.indexOf('attn_k.bias')];
    const openDamaged = async (at: number) => {
      const bytes = Buffer.from(sound);
      bytes.write('zz', at);
      const path = await write(`damaged-at-${at}.gguf`, bytes);
      expect(await readGgufHeader(path)).toMatchObject({ ok: true });
      await using model = await open(path);
      return await model.checkHealth();
    };
    const outcomes = await Promise.allSettled(spots.map(openDamaged));
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failures).not.toEqual([]);
    for (const { reason } of failures) expect(ElfError.isInstance(reason)).toBe(true);
  });

  it('refuses a model that does not fit under 70 % of the limit, with the numbers', async () => {
    const path = await writeKind('chain20');
    const error: unknown = await open(path, { limitBytes: 200 * MIB }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'PT_ELF_ADMISSION_REFUSED',
      details: { scope: 'process_tree', limitBytes: 200 * MIB, ceilingBytes: 140 * MIB },
    });
    const { needBytes, usedBytes } = (error as ElfError<'PT_ELF_ADMISSION_REFUSED'>).details;
    expect(needBytes).toBeGreaterThan(100 * MIB);
    expect(usedBytes).toBeGreaterThan(10 * MIB);
  });

  it('refuses a model when the rest of the machine is full', async () => {
    const source: MemorySource = {
      kind: 'linux_proc',
      readTree: () => Promise.resolve({ usedBytes: 0, processes: [] }),
      readSystem: () => Promise.resolve({ totalBytes: 1_000 * MIB, availableBytes: 350 * MIB, cgroup: null }),
    };
    await expect(open(await writeKind('chain20'), { source })).rejects.toMatchObject({
      code: 'PT_ELF_ADMISSION_REFUSED',
      details: { scope: 'system', usedBytes: 650 * MIB },
      retryable: true,
    });
  });

  it('stops loading when it is aborted', async () => {
    const path = await writeKind('chain20');
    const signal = AbortSignal.timeout(100);
    await expect(open(path, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('names the package to install when the engine is missing', async () => {
    // The built package beside everything it needs but the engine.
    const home = join(dir, 'bare');
    await mkdir(join(home, 'node_modules', '@parseltongue'), { recursive: true });
    await cp(join(PACKAGE, 'dist'), join(home, 'dist'), { recursive: true });
    for (const name of ['zod', 'vscode-jsonrpc', '@parseltongue/isg-core']) {
      await symlink(join(PACKAGE, 'node_modules', name), join(home, 'node_modules', name));
    }
    const code = `
      import { openLlamaModel } from './dist/index.js';
      await openLlamaModel({ modelPath: process.argv[2], contextTokens: 256 }).catch((e) => console.log(JSON.stringify(e)));
    `;
    await writeFile(join(home, 'main.mjs'), code);
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(home, 'main.mjs'),
      await writeKind('chain20'),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'PT_ELF_ENGINE_MISSING',
      details: { package: 'node-llama-cpp', install: 'npm install node-llama-cpp' },
    });
  });

  it('leaves no worker behind when its own process is killed', async () => {
    const path = await writeKind('loop');
    const code = `
      import { openLlamaModel } from ${JSON.stringify(join(PACKAGE, 'dist', 'index.js'))};
      const model = await openLlamaModel({ modelPath: ${JSON.stringify(path)}, contextTokens: 4096 });
      process.stdout.write(String(model.readStatus().workerPid));
      await model.generate({ prompt: 'go', maxTokens: 4000 });
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
    expect(isProcessAlive(Number(pid))).toBe(true);
    owner.kill('SIGKILL');
    await waitUntil('the worker has ended', () => !isProcessAlive(Number(pid)));
  });
});

describe('acceptance 3: verifying a model', () => {
  it('passes a model that writes twenty lines, and measures it', async () => {
    const modelPath = await writeKind('chain20');
    const report = await verifyModel({ modelPath });
    expect(report).toMatchObject({ file: 'chain20.gguf', isPassed: true, failure: null });
    expect(report.lines).toHaveLength(20);
    expect(report.decodeTokensPerSecond).toBeGreaterThan(1);
    expect(report.loadMs).toBeGreaterThan(0);
    const { sha256 } = report;
    const other = await verifyModel({ modelPath, expectedSha: 'ab'.repeat(32) });
    expect(other).toMatchObject({ isPassed: false, sha256, failure: { code: 'sha_mismatch' }, lines: [] });
  });

  it.each([
    { title: 'repeats itself', code: 'repetitive', write: () => writeKind('loop') },
    { title: 'holds weights that are not numbers', code: 'weights_invalid', write: () => writeKind('nan') },
    {
      title: 'is cut short',
      code: 'header_refused',
      write: () => write('cut.gguf', encodeSound().subarray(0, -1_000)),
    },
    { title: 'writes noise', code: 'text_invalid', write: () => write('noise.gguf', encodeSound()) },
    {
      title: 'is too slow',
      code: 'too_slow',
      write: () => writeKind('chain20'),
      minDecodeTokensPerSecond: 1e9,
    },
    {
      title: 'does not fit',
      code: 'not_admitted',
      write: () => writeKind('chain20'),
      admission: { limitBytes: 1 },
    },
  ])(
    'fails a model that $title with a reason of its own',
    async ({ code, write: writeModel, ...options }) => {
      const report = await verifyModel({ modelPath: await writeModel(), ...options });
      expect(report).toMatchObject({ isPassed: false, failure: { code } });
    },
  );
});
