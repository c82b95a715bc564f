import { allTopics, topicsFor, type TopicSpec } from '@headroom/contracts';
import { loadConfig } from '@headroom/platform';

/**
 * Every topic that an installation needs: with a configuration also those of its teams.
 * @throws HeadroomError `HEADROOM_CONFIG_UNREADABLE`, `HEADROOM_CONFIG_INVALID`
 */
export async function wantedTopics(configPath: string | undefined): Promise<TopicSpec[]> {
  return configPath === undefined ? allTopics() : topicsFor((await loadConfig(configPath)).config);
}
