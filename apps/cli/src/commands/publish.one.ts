import { HeadroomError, uuidv5, type EventContract } from '@headroom/contracts';
import type { HeadroomClient } from '../client.js';

/**
 * Publishes one event of the person who types; returns its id.
 * @throws HeadroomError `HEADROOM_EVENT_INVALID` with the reasons
 */
export async function publishOne<Data>(
  client: HeadroomClient,
  { type }: Pick<EventContract<Data>, 'type'>,
  data: Data,
  source: string,
): Promise<string> {
  const time = new Date().toISOString();
  const id = uuidv5(JSON.stringify([data, time]));
  const { refused } = await client.publish([{ specversion: '1.0', id, source, type, time, data }]);
  const reasons = refused.flatMap(({ issues }) => issues.map((issue) => `${issue.path}: ${issue.reason}`));
  if (reasons.length === 0) return id;
  throw new HeadroomError(`The request was refused: ${reasons.join('; ')}`, { code: 'HEADROOM_EVENT_INVALID' });
}
