import { describe, expect, it } from 'vitest';
import { createScriptedModel } from '../../src/testing/index.js';

const REQUEST = { prompt: 'a', maxTokens: 100 };

describe('a scripted model', () => {
  it('answers in order, remembers its requests and says when the script is over', async () => {
    const model = createScriptedModel({ replies: ['one', new Error('down')] });
    expect(await model.generate(REQUEST)).toMatchObject({
      text: 'one',
      finishReason: 'stop',
      outputTokens: 1,
    });
    await expect(model.generate({ ...REQUEST, prompt: 'b' })).rejects.toThrow('down');
    await expect(model.generate(REQUEST)).rejects.toMatchObject({ code: 'PT_ELF_SCRIPT_EXHAUSTED' });
    expect(model.requests.map(({ prompt }) => prompt)).toEqual(['a', 'b', 'a']);
  });

  it('answers by request when its script is a function', async () => {
    const model = createScriptedModel({ replies: ({ prompt }, call) => `${call}:${prompt}` });
    expect((await model.generate(REQUEST)).text).toBe('0:a');
    expect((await model.generate({ ...REQUEST, prompt: 'z' })).text).toBe('1:z');
  });

  it('keeps the rules of the port: stop texts, the token limit, abort, invalid requests', async () => {
    const model = createScriptedModel({ replies: () => 'first line\nsecond line' });
    expect(await model.generate({ ...REQUEST, stop: ['\n'] })).toMatchObject({
      text: 'first line',
      finishReason: 'stop',
    });
    expect(await model.generate({ ...REQUEST, maxTokens: 2 })).toMatchObject({
      text: 'first ',
      finishReason: 'length',
    });
    expect(await model.generate({ ...REQUEST, signal: AbortSignal.abort() })).toMatchObject({
      finishReason: 'aborted',
    });
    await expect(model.generate({ ...REQUEST, maxTokens: 0 })).rejects.toMatchObject({
      code: 'PT_ELF_REQUEST_INVALID',
    });
  });
});
