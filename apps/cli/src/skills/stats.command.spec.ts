import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import type { CaseDetails, Overview } from '@headroom/gateway';
import { skillsStatsCommand } from './stats.command.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('headroom skills stats', () => {
  it('counts a case that is still looked into, which has no dossier yet', async () => {
    let output = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((output += String(text))));
    const view = { timeline: [] };
    const client = {
      overview: () => Promise.resolve({ cases: [{ caseId: 'reg-1' }, { caseId: 'reg-2' }] } as unknown as Overview),
      details: () => Promise.resolve({ view } as unknown as CaseDetails),
      dossier: (id: string) =>
        id === 'reg-1'
          ? Promise.reject(new HeadroomError('None yet.', { code: 'HEADROOM_DOSSIER_MISSING', retryable: true }))
          : Promise.resolve(JSON.stringify({ report: { citations: [{ skill: 'log-sampling' }, {}] } })),
    };

    expect(await skillsStatsCommand(client, { json: true })).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ cases: 2, skills: [{ skill: 'log-sampling', matched: 1 }] });

    const away = {
      ...client,
      dossier: () => Promise.reject(new HeadroomError('Away.', { code: 'HEADROOM_HOST_UNREACHABLE' })),
    };
    await expect(skillsStatsCommand(away, {})).rejects.toMatchObject({ code: 'HEADROOM_HOST_UNREACHABLE' });
  });
});
