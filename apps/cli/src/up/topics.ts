import { topicManifest } from '@headroom/contracts';
import type { LogTransport } from '@headroom/runtime';

/** Makes every topic of the manifest that is missing. */
export async function ensureTopics(log: LogTransport): Promise<void> {
  await log.ensureTopics(
    topicManifest().map(({ name, partitions, config }) => ({
      name,
      partitions,
      cleanupPolicy: config['cleanup.policy'] === 'compact' ? 'compact' : 'delete',
      retentionMs: Number(config['retention.ms']),
      maxMessageBytes: Number(config['max.message.bytes']),
    })),
  );
}
