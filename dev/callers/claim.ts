import type { Language } from './toolchains.js';
import type { World } from './world.js';

/** A line of the page. `see` throws if it is not true, and else says in short what was seen. */
export interface Claim {
  caller: string;
  line: string;
  needs: Language[];
  see: (world: World) => Promise<string>;
}
