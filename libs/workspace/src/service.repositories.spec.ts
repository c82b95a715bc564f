import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import { configSchema } from '@headroom/platform';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { repositoryStop, ServiceRepositories, type ServiceRepository } from './service.repositories.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-repositories-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function serviceWith(history: TestCommit[], path = ''): Promise<ServiceRepository> {
  const { bare } = await buildRepository(join(dir, 'origin'), history);
  const web = { repository: { name: 'shop/web', url: bare, path }, team: 'search', test: ['npm', 'test'] };
  const config = configSchema.parse({ version: 1, services: { web } });
  const locations = { configDir: dir, dataDir: dir };
  return new ServiceRepositories({ config, locations, cacheDir: join(dir, 'cache') }).open('web');
}

describe('the policy of a repository', () => {
  it('is what the tip of the base branch says, at its root and in the folder of the service', async () => {
    const service = await serviceWith(
      [
        { message: 'wide', files: { '.headroom.yml': 'version: 1\n', 'services/web/.headroom.yaml': 'version: 1\n' } },
        {
          message: 'tight',
          files: {
            '.headroom.yml': 'version: 1\npolicy: { maxFiles: 3 }\n',
            'services/web/.headroom.yaml': 'version: 1\nopportunities: off\n',
            'services/api/.headroom.yml': 'version: 1\npolicy: { maxFiles: 1 }\n',
          },
        },
      ],
      'services/web',
    );

    expect(await service.policy()).toMatchObject({
      policy: { maxFiles: 3 },
      opportunities: 'off',
      minimumEffect: 0.01,
    });
  });

  it("is the operator's without a file", async () => {
    const service = await serviceWith([{ message: 'none', files: { 'a.txt': 'a\n' } }]);

    expect(await service.policy()).toMatchObject({ policy: { maxFiles: 10 }, notes: [] });
  });

  it('is refused, and a reason to stop, when the file says something else', async () => {
    const service = await serviceWith([{ message: 'bad', files: { '.headroom.yml': 'version: 1\nmaxFiles: 3\n' } }]);

    const error = await service.policy().catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: 'HEADROOM_TARGET_POLICY_INVALID' });
    expect(repositoryStop(error)).toMatchObject({
      reason: 'target-policy-invalid',
      message: expect.stringContaining('unknown key "maxFiles"'),
    });
  });

  it('is no reason to stop while the network is away', () => {
    const code = 'HEADROOM_REPOSITORY_UNREADABLE';
    const away = new HeadroomError('It cannot be reached now.', { code, retryable: true });
    const wrong = new HeadroomError('There is no such repository.', { code });

    expect(() => repositoryStop(away)).toThrow(away);
    expect(repositoryStop(wrong)).toEqual({ reason: 'repository-unreadable', message: wrong.message });
  });

  it('is refused when a folder stands in place of the file', async () => {
    const service = await serviceWith([{ message: 'folder', files: { '.headroom.yml/a.txt': 'version: 1\n' } }]);

    await expect(service.policy()).rejects.toThrow(/\.headroom\.yml.*regular file/s);
  });
});
