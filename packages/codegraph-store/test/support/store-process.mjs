// Opens the graph in argv[2] and does what it is told over the process channel: one call at a time, each one acknowledged.
import { openStore } from '../../dist/index.js';

let store;
process.on('message', async ({ method, args }) => {
  try {
    process.send({ ok: true, value: await store[method](...args) });
  } catch (error) {
    process.send({ ok: false, code: error.code, message: error.message });
  }
});

try {
  if (process.argv[3] !== undefined) process.setuid(Number(process.argv[3]));
  store = await openStore({ dir: process.argv[2] });
  process.send({ ok: true });
} catch (error) {
  process.send({ ok: false, code: error.code, message: error.message }, () => process.exit(1));
}
