import { allTopics, topicsFor, type TopicSpec } from '@headroom/contracts';
import { loadConfig } from '@headroom/platform';

/**
 * Every topic that an installation needs: with a configuration also those of its teams.
 * @throws HeadroomError `HEADROOM_CONFIG_UNREADABLE`, `HEADROOM_CONFIG_INVALID`
 */
export async function wantedTopics(configPath: string | undefined): Promise<TopicSpec[]> {
  if (configPath === undefined) return allTopics();
  const { config } = await loadConfig(configPath);
  return topicsFor(config);
}
