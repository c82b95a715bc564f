import settings from './settings.js';

/** Asks again until it works, or the attempts are used up. */
export async function withRetry<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= settings.attempts) throw error;
      const most = Math.min(settings.longestWait, settings.firstWait * 2 ** (attempt - 1));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * most));
    }
  }
}
