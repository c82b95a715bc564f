import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sha256 } from '@headroom/contracts';
import { ensureKeyPair, verifyEvidence } from './evidence/signing.js';
import { hinderedCandidate } from './hindered.candidate.js';

describe('hinderedCandidate', () => {
  it('signs a record that says why nothing was examined, and whose verdict cannot be turned into another', async () => {
    const { signer, trustedKeys } = await ensureKeyPair(await mkdtemp(join(tmpdir(), 'headroom-keys-')));
    const stop = { reason: 'no-sandbox', message: 'Install bubblewrap.' };

    const outcome = hinderedCandidate(
      {
        case: {
          caseId: 'opp-0123456789abcdef0123',
          attempt: 1,
          kind: 'opportunity',
          service: 'web',
          repository: 'shop/web',
          subject: 'src/a.ts:a',
        },
        draft: { id: 'draft', blob: { sha256: sha256('draft'), size: 5, mediaType: 'application/json' } },
        base: { branch: 'main', commit: 'a'.repeat(40) },
        patch: 'no diff at all',
        allowedEffects: [],
        signer,
        toolVersion: '0.1.0',
      },
      { verdict: 'sandbox-unavailable', stop },
    );
    const forged = Buffer.from(Buffer.from(outcome.evidence).toString().replace('"sandbox-unavailable"', '"improved"'));

    expect(outcome).toMatchObject({ verdict: 'sandbox-unavailable', stopped: stop });
    expect(verifyEvidence(outcome.evidence, trustedKeys)).toMatchObject({ valid: true });
    expect(verifyEvidence(forged, trustedKeys)).toMatchObject({ valid: false });
  });
});
