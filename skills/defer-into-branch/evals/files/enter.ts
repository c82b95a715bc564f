import { createSession, type Session } from './session.js';

/** Creating a session registers it; the count of open ones is a limit. */
export function enter(user: string, isKnown: boolean): Session | undefined {
  const session = createSession(user);
  return isKnown ? session : undefined;
}
