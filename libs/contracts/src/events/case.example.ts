// What the examples of case events are made of.
export const exampleCase = (step: string) => ({
  caseId: 'opp-0123456789abcdef0123',
  attempt: 1,
  step,
  causationId: '7d1b7c0e-2f0a-5c53-8f0a-0a4a8f2f6b1e',
});
export const exampleSubject = {
  kind: 'opportunity' as const,
  service: 'web',
  repository: 'shop/web',
  subject: 'src/search/tokenize.ts:tokenize',
};
export const exampleCommit = '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910';
export const exampleSha = 'a3c024f1d8b5d3a7f3f0f7f3f9c0b6f0f1d2c3b4a5968778695a4b3c2d1e0f00';
export const exampleBlob = (mediaType: string) => ({ sha256: exampleSha, size: 1204, mediaType });
export const exampleSkill = { name: 'regex-precompile', version: '1.0.0', digest: exampleSha };
