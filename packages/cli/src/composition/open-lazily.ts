/** Something that opens at the first `get`, once, and is disposed of only if it was opened. */
export interface Lazy<T> {
  get(): Promise<T>;
  dispose(): Promise<void>;
}

/** Defers `open` to the first use; a failed opening is tried again by the next use. */
export function openLazily<T extends AsyncDisposable>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | undefined;
  return {
    get() {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return opened;
    },
    async dispose() {
      const value = await opened?.catch(() => undefined);
      opened = undefined;
      await value?.[Symbol.asyncDispose]();
    },
  };
}
