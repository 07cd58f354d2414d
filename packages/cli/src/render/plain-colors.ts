import pc from 'picocolors';
import type { Colors } from '../io.js';

/** No colors at all: for models, files and pipes. */
export const PLAIN_COLORS: Colors = pc.createColors(false);
