import { userInfo } from 'node:os';

/**
 * Name of the person who types, for what is asked for in their name; undefined where the machine has none for its user, as in a
 * container that runs under a number.
 */
export function userName(read: () => string = () => userInfo().username): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
