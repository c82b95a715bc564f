import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allTopics, proposalsTopicOf } from '@headroom/contracts';
import { wantedTopics } from './wanted-topics.js';

const config = resolve('../../examples/storefront/headroom.config.yaml');

describe('the topics that an installation needs', () => {
  it('are those of its teams too, where it is configured', async () => {
    const names = (await wantedTopics(config)).map((topic) => topic.name);

    expect(names).toEqual([...allTopics().map((topic) => topic.name), proposalsTopicOf('checkout')]);
    expect(await wantedTopics(undefined)).toEqual(allTopics());
  });
});
